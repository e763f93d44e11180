import type { HTMLElement } from 'node-html-parser';

/** What pressing a button in a form would send. */
export interface Submission {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Form-encoded fields of a POST; empty for a GET, whose fields are in the URL. */
  readonly body: URLSearchParams;
}

/**
 * Fills a form as a person would and says what the browser would send.
 *
 * @param form the form as the page has it: hidden and prefilled fields keep their values
 * @param fields values by control name; naming a control the form does not have is an error
 * @param pageUrl base for a relative or missing `action`
 * @param button which button is pressed; default the first submit button, as Enter does
 */
export function fillForm(
  form: HTMLElement,
  fields: Record<string, string>,
  pageUrl: string,
  button: HTMLElement | undefined = submitButtons(form)[0],
): Submission {
  const entries = controls(form).flatMap((control) => entryOf(control, fields));
  const unknown = Object.keys(fields).filter((name) => !entries.some(([entry]) => entry === name));
  if (unknown.length > 0) throw new Error(`The form has no field ${unknown.join(', ')}`);
  const name = button?.getAttribute('name');
  if (button && name) entries.push([name, button.getAttribute('value') ?? '']);

  const url = new URL(
    button?.getAttribute('formaction') ?? form.getAttribute('action') ?? pageUrl,
    pageUrl,
  );
  const method = button?.getAttribute('formmethod') ?? form.getAttribute('method') ?? 'get';
  const encoded = new URLSearchParams(entries);
  if (method.toLowerCase() === 'post') return { method: 'POST', url: url.href, body: encoded };
  url.search = encoded.toString();
  return { method: 'GET', url: url.href, body: new URLSearchParams() };
}

/** The buttons that submit a form, in page order. */
export function submitButtons(form: HTMLElement): HTMLElement[] {
  return form.querySelectorAll('button, input').filter((control) => {
    const type = (control.getAttribute('type') ?? '').toLowerCase();
    return control.localName === 'button' ? type === '' || type === 'submit' : type === 'submit';
  });
}

/** The names of a form's fields, buttons left out, in page order. */
export function fieldNames(form: HTMLElement): string[] {
  return controls(form).flatMap((control) => control.getAttribute('name') ?? []);
}

function controls(form: HTMLElement): HTMLElement[] {
  const buttonTypes = ['submit', 'button', 'reset', 'image'];
  return form
    .querySelectorAll('input, select, textarea')
    .filter((control) => !buttonTypes.includes((control.getAttribute('type') ?? '').toLowerCase()))
    .filter((control) => !control.hasAttribute('disabled'));
}

function entryOf(control: HTMLElement, fields: Record<string, string>): [string, string][] {
  const name = control.getAttribute('name');
  if (!name) return [];
  const type = (control.getAttribute('type') ?? '').toLowerCase();
  if (type === 'checkbox' || type === 'radio') {
    const value = control.getAttribute('value') ?? 'on';
    const isChosen = name in fields ? fields[name] === value : control.hasAttribute('checked');
    return isChosen ? [[name, value]] : [];
  }
  return [[name, fields[name] ?? presetValue(control)]];
}

function presetValue(control: HTMLElement): string {
  if (control.localName === 'textarea') return control.text;
  if (control.localName !== 'select') return control.getAttribute('value') ?? '';
  const options = control.querySelectorAll('option');
  const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0];
  return chosen?.getAttribute('value') ?? chosen?.text ?? '';
}
