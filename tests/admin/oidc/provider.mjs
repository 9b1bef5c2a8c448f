// A real OpenID provider on a loopback port. Argument: the client's redirect URI. Prints its address when it listens.
// People log in by a form of its own (`devInteractions`): whatever name they give is theirs, and says their groups:
// `ada.key-admin` is in the group `g-key-admin`.
import http from "node:http";
import Provider from "oidc-provider";

const [redirect, port] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "gateway-console",
    client_secret: "a secret of the test's identity provider",
    redirect_uris: [redirect],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "client_secret_basic",
  }],
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
  conformIdTokenClaims: false,
  claims: { openid: ["sub", "groups"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, groups: id.split(".").slice(1).map((role) => `g-${role}`) }),
  }),
  features: { devInteractions: { enabled: true } },
});
http.createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log(issuer));
