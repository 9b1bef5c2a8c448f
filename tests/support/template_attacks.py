"""Two hundred texts that make template engines compute: for Jinja, Twig, Freemarker, Velocity, ERB, Handlebars, …

Made of the engines' own delimiters around what each engine would evaluate; none of them may do anything here.
"""

from __future__ import annotations

_EXPRESSIONS = (
    "7*7",
    "7*'7'",
    "config",
    "config.items()",
    "self",
    "self.__init__.__globals__",
    "request.application.__globals__",
    "''.__class__.__mro__[1].__subclasses__()",
    "().__class__.__base__",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "lipsum.__globals__['os'].popen('id').read()",
    "namespace.__init__.__globals__",
    "'a'|attr('__class__')",
    "x|attr('\\x5f\\x5fclass\\x5f\\x5f')",
    "_self.env.registerUndefinedFilterCallback('exec')",
    "['id']|filter('system')",
    "'freemarker.template.utility.Execute'?new()('id')",
    "T(java.lang.Runtime).getRuntime().exec('id')",
    "system('id')",
    "constructor.constructor('return process')()",
)

_DELIMITERS = (
    ("{{", "}}"),
    ("{{ ", " }}"),
    ("{%print(", ")%}"),
    ("{% set x=", " %}"),
    ("${", "}"),
    ("#{", "}"),
    ("<%= ", " %>"),
    ("{{{", "}}}"),
    ("@(", ")"),
    ("*{", "}"),
)


def _attacks() -> list[str]:
    return [f"{before}{expression}{after}" for before, after in _DELIMITERS for expression in _EXPRESSIONS]


ATTACKS = _attacks()
