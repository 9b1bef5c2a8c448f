"""What clients and providers say, read into canonical values and written from them.

`codec` says what a dialect can do, `registry` and `operations` which codecs there are. Each dialect is a folder: `…_in`
reads, `…_out` writes, `columns` tells what each cannot carry; `losses` is the table of that. `relayed` and `unstreamed`
are for operations that need less than chat does; `objects` and `references` for what providers keep.
"""
