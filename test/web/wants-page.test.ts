import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { wantsPage } from '../../src/web/wants-page.js';

const app = express().use((req, res) => {
  res.set('X-Wants-Page', String(wantsPage(req))).end();
});

const chrome =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const navigation = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

async function answerFor(method: string, headers: Record<string, string>): Promise<boolean> {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete' | 'head' | 'options';
  const response = await request(app)[verb]('/').set(headers);
  return response.headers['x-wants-page'] === 'true';
}

describe('a page or a redirect goes to a person: ', () => {
  it.each([
    ['a link followed in a current browser', 'GET', { ...navigation, Accept: chrome }],
    ['a form posted in a current browser', 'POST', { ...navigation, Accept: chrome }],
    ['a navigation that accepts anything', 'GET', { ...navigation, Accept: '*/*' }],
    ['an old browser without Sec-Fetch headers', 'GET', { Accept: chrome }],
    ['Internet Explorer', 'GET', { Accept: 'text/html, application/xhtml+xml, */*' }],
    ['a form posted in an old browser', 'POST', { Accept: chrome }],
    [
      'an Android WebView, which names its app in X-Requested-With',
      'GET',
      { ...navigation, Accept: chrome, 'X-Requested-With': 'com.example.app' },
    ],
    ['a link checker', 'HEAD', { Accept: chrome }],
    [
      "a test with Node's fetch() that asks for HTML",
      'GET',
      { Accept: chrome, 'Sec-Fetch-Mode': 'cors' },
    ],
  ])('%s', async (_who, method, headers) => {
    expect(await answerFor(method, headers)).toBe(true);
  });
});

describe('a status and JSON go to a program: ', () => {
  it.each([
    ['curl', 'GET', { Accept: '*/*' }],
    ['a client that says nothing', 'GET', {}],
    ['axios', 'GET', { Accept: 'application/json, text/plain, */*' }],
    [
      'one that would take HTML if there is no JSON',
      'GET',
      { Accept: 'application/json, text/html;q=0.9' },
    ],
    ['one that takes problem+json', 'GET', { Accept: 'application/problem+json' }],
    [
      'a bearer of a token, whatever it accepts',
      'GET',
      { Accept: chrome, Authorization: 'Bearer x' },
    ],
    ['jQuery', 'GET', { Accept: 'text/html, */*; q=0.01', 'X-Requested-With': 'XMLHttpRequest' }],
    ["Node's fetch()", 'GET', { Accept: '*/*', 'Sec-Fetch-Mode': 'cors' }],
    ['fetch()', 'GET', { Accept: '*/*', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }],
    [
      'fetch() that asks for HTML',
      'GET',
      { Accept: 'text/html', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    ],
    ['an image', 'GET', { Accept: chrome, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    [
      'a frame',
      'GET',
      { Accept: chrome, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    ],
    ['a prefetch', 'GET', { ...navigation, Accept: chrome, 'Sec-Purpose': 'prefetch' }],
    ['a prerender', 'GET', { ...navigation, Accept: chrome, 'Sec-Purpose': 'prefetch;prerender' }],
    ['an old prefetch', 'GET', { Accept: chrome, Purpose: 'prefetch' }],
    ['an old Firefox prefetch', 'GET', { Accept: chrome, 'X-Moz': 'prefetch' }],
    ['a PUT', 'PUT', { ...navigation, Accept: chrome }],
    ['a DELETE', 'DELETE', { Accept: chrome }],
    ['a preflight', 'OPTIONS', { Accept: chrome }],
  ])('%s', async (_who, method, headers) => {
    expect(await answerFor(method, headers)).toBe(false);
  });
});
