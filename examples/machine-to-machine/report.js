/**
 * A program that calls the API as itself, every few minutes: no user, no browser. The token is kept until shortly before it
 * expires, since a pool charges for each.
 *
 * @param {{ tokenUrl: string, clientId: string, clientSecret: string, scope: string, apiUrl: string, now?: () => number }} options
 */
export function createReport(options) {
  const { tokenUrl, clientId, clientSecret, scope, apiUrl, now = Date.now } = options;
  let token = { value: '', expiresAt: 0 };

  async function accessToken() {
    if (now() < token.expiresAt - 60_000) return token.value;
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}`);
    const { access_token: value, expires_in: seconds } = await answer.json();
    token = { value, expiresAt: now() + seconds * 1000 };
    return value;
  }

  return async function report() {
    const headers = { authorization: `Bearer ${await accessToken()}` };
    const answer = await fetch(`${apiUrl}/orders`, { headers });
    if (!answer.ok) throw new Error(`The API answered ${answer.status}`);
    const { orders } = await answer.json();
    return `${orders.length} orders`;
  };
}
