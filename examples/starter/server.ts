import { app, port } from './app.js';

app.listen(port, (error) => {
  if (error) throw error;
  console.log(`Open http://localhost:${port} and sign in as alice with Welcome-2-Lifeguard!`);
});
