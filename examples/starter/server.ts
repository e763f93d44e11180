import { app, port } from './app.js';

app.listen(port, () => {
  console.log(`Open http://localhost:${port} and sign in as alice with Welcome-2-Lifeguard!`);
});
