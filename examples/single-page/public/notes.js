const byId = (id) => document.getElementById(id);

/** A 401 is an answer like any other: the page decides what to do about it. */
async function api(path, init) {
  const answer = await fetch(`/api/${path}`, init);
  if (answer.status === 401) return undefined;
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function show({ notes }) {
  byId('notes').replaceChildren(
    ...notes.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  );
}

const me = await api('me');
if (me === undefined) {
  const link = Object.assign(document.createElement('a'), { textContent: 'Sign in' });
  link.href = '/login?return_to=%2F';
  byId('who').replaceChildren(link);
} else {
  byId('who').textContent = `Signed in as ${me.name}`;
  byId('add').hidden = false;
  byId('out').hidden = false;
  show(await api('notes'));
}

byId('add').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = new FormData(event.target).get('text');
  const headers = { 'content-type': 'application/json' };
  show(await api('notes', { method: 'POST', headers, body: JSON.stringify({ text }) }));
});
