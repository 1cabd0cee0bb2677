// A real OpenID provider on loopback; any password is right.
// Environment: PORT, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, and PEOPLE: a JSON file of {sub: claims}, read at each
// sign-in, so that a test can change a person's groups.
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const { PORT, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, PEOPLE } = process.env;

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI] }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'], email: ['email'] },
  async findAccount(_context, sub) {
    const person = JSON.parse(readFileSync(PEOPLE, 'utf-8'))[sub];
    const claims = () => ({ sub, preferred_username: sub, email: `${sub}@example.org`, ...person });
    return person && { accountId: sub, claims };
  }
});

provider.listen(Number(PORT), '127.0.0.1');
