import { app, baseUrl } from './app.js';

app.listen(Number(new URL(baseUrl).port), () => {
  console.log(`Open ${baseUrl} and sign in as alice with Welcome-2-Lifeguard!`);
});
