import express from 'express';
import session from 'express-session';
import { authOf } from 'lifeguard';

/** A shop that was there before: its own view engine, its own session with a basket. It adopts sign-in with the marked lines. */
export function createShop(relyingParty) {
  const shop = express();
  shop.engine('shop', (_path, { title, text }, done) => {
    done(null, `<!doctype html><title>${title}</title><h1>${title}</h1><p>${text}</p>`);
  });
  shop.set('view engine', 'shop');
  shop.set('views', import.meta.dirname);
  shop.use(express.urlencoded({ extended: true }));
  shop.use(session({ secret: 'of the basket', resave: false, saveUninitialized: false }));

  shop.use('/account', relyingParty.routes); // adopted: /account/login, /account/logout …

  shop.get('/', (req, res) => {
    res.render('page', { title: 'Shop', text: `In your basket: ${req.session.basket ?? 0}` });
  });
  shop.post('/basket', (req, res) => {
    req.session.basket = (req.session.basket ?? 0) + 1;
    res.redirect(303, '/');
  });
  // adopted: the guard; whoever is not signed in goes to sign in, and comes back here.
  shop.get('/orders', relyingParty.requireSession(), (req, res) => {
    const basket = req.session.basket ?? 0;
    res.render('page', {
      title: 'Orders',
      text: `${authOf(req).username} has ${basket} in the basket`,
    });
  });
  return shop;
}
