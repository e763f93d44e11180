import type { CognitoApi } from './account/cognito-api.js';

/** The `aws` commands in a text, so that they go where this run went, whatever region the terminal is set to. */
export const withPlace = (text: string, { region, endpointUrl }: CognitoApi): string =>
  text.replaceAll(/aws cognito-idp [a-z-]+/g, (command) =>
    [
      command,
      `--region ${region}`,
      ...(endpointUrl === undefined ? [] : [`--endpoint-url ${endpointUrl}`]),
    ].join(' '),
  );
