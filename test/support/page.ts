import { type HTMLElement, parse } from 'node-html-parser';

/** One request the browser made and how it was answered. */
export interface Hop {
  readonly method: string;
  readonly url: string;
  /** The headers the browser sent, names in lower case. */
  readonly requestHeaders: Record<string, string>;
  readonly status: number;
  /** The headers that came back, names in lower case; `set-cookie` is in `setCookies`. */
  readonly headers: Record<string, string>;
  readonly setCookies: readonly string[];
}

/** Where a navigation ended. */
export class Page {
  /** The address the browser ended at, fragment included. */
  readonly url: string;
  /**
   * False when the browser was told to stop before `url`: status and headers are then the
   * redirect's.
   */
  readonly visited: boolean;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly html: string;
  /** Every hop of this navigation, oldest first. */
  readonly history: readonly Hop[];
  #document: HTMLElement | undefined;

  constructor(url: string, visited: boolean, html: string, history: readonly Hop[]) {
    const last = history.at(-1);
    if (!last) throw new Error('A page needs at least one hop');
    this.url = url;
    this.visited = visited;
    this.status = last.status;
    this.headers = last.headers;
    this.html = html;
    this.history = history;
  }

  /** The parsed document; entities in text and attributes are decoded on reading. */
  get document(): HTMLElement {
    this.#document ??= parse(this.html);
    return this.#document;
  }

  get title(): string {
    return collapse(this.document.querySelector('title')?.text ?? '');
  }

  /** The parameters in the query of `url`. */
  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  /** The parameters in the fragment of `url` (the implicit grant answers there). */
  get fragment(): URLSearchParams {
    return new URLSearchParams(new URL(this.url).hash.slice(1));
  }

  /** `Location` of the last answer. */
  get location(): string | undefined {
    return this.headers['location'];
  }

  /** `Set-Cookie` lines of the last answer. */
  get setCookies(): readonly string[] {
    return this.history.at(-1)?.setCookies ?? [];
  }

  /** What a person can read, with white space collapsed. */
  text(): string {
    const body = parse(this.html).querySelector('body') ?? parse(this.html);
    for (const invisible of body.querySelectorAll('script, style, template')) invisible.remove();
    return collapse(body.structuredText);
  }

  forms(): HTMLElement[] {
    return this.document.querySelectorAll('form');
  }

  /** The first form, or the first one that fits a CSS selector. */
  form(selector = 'form'): HTMLElement {
    const form = this.document
      .querySelectorAll(selector)
      .find((found) => found.localName === 'form');
    if (!form) throw new Error(`No ${selector} at ${this.url}: ${this.text().slice(0, 200)}`);
    return form;
  }

  /** The link or button with this `data-testid` or this visible text. */
  control(textOrTestId: string): HTMLElement {
    const candidates = this.document.querySelectorAll('a, button, input[type=submit]');
    const found = candidates.find(
      (element) =>
        element.getAttribute('data-testid') === textOrTestId ||
        collapse(element.text) === textOrTestId ||
        (element.localName === 'input' && element.getAttribute('value') === textOrTestId),
    );
    if (!found) throw new Error(`Nothing to click called "${textOrTestId}" at ${this.url}`);
    return found;
  }
}

const collapse = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
