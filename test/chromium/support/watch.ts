import type { BrowserContext, ConsoleMessage, Page, Response } from 'playwright-core';

/**
 * Notes what no page may do, in whatever journey: write to the console, throw, ask another host for
 * anything, or be a document without a strict Content-Security-Policy.
 *
 * @returns the complaints, which grow while the context lives
 */
export function watch(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (isAboutStatusOfPage(message) || isAboutQuickPerson(message)) return;
    complaints.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOurs = ['localhost', '127.0.0.1'].includes(hostname);
    if (protocol.startsWith('http') && !isOurs) complaints.push(`asked ${hostname}`);
  });
  context.on('response', (response) => {
    if (isPage(response) && !hasStrictPolicy(response)) {
      const [address] = response.url().split('?');
      complaints.push(`no strict Content-Security-Policy at ${address}`);
    }
  });
  return complaints;
}

/** Chromium reports the status of an error page itself; that page has it on purpose. */
function isAboutStatusOfPage(message: ConsoleMessage): boolean {
  const isStatus = message.text().startsWith('Failed to load resource: the server responded with');
  return isStatus && message.location().url === message.page()?.url();
}

/** A slow browser says this of someone who was in a field before the page could put them there. */
function isAboutQuickPerson(message: ConsoleMessage): boolean {
  return message.type() === 'info' && message.text().startsWith('Autofocus processing was blocked');
}

function isPage(response: Response): boolean {
  const isHtml = response.headers()['content-type']?.startsWith('text/html') ?? false;
  return response.request().isNavigationRequest() && isHtml;
}

function hasStrictPolicy(response: Response): boolean {
  const policy = response.headers()['content-security-policy'] ?? '';
  return /default-src '(self|none)'/.test(policy) && !policy.includes('unsafe-inline');
}

/** The addresses a navigation went through, the last one included. */
export async function open(page: Page, url: string): Promise<string[]> {
  const response = await page.goto(url);
  const urls: string[] = [];
  for (let request = response?.request() ?? null; request; request = request.redirectedFrom()) {
    urls.unshift(request.url());
  }
  return urls;
}
