import { cdkStack } from './cdk.js';
import { cloudFormationYaml } from './cloudformation.js';
import type { SetupInputs } from '../wanted/inputs.js';
import { terraformModule } from './terraform.js';

export type TemplateKind = 'cloudformation' | 'terraform' | 'cdk';

/** What `--print` can print, each the text of one file. */
export const templates: Readonly<Record<TemplateKind, (inputs: SetupInputs) => string>> = {
  cloudformation: cloudFormationYaml,
  terraform: terraformModule,
  cdk: cdkStack,
};
