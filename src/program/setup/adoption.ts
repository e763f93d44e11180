/** What the operator gives to `setup`, each by its own name at Cognito. */
export interface Adoption {
  readonly pools: readonly string[];
  readonly clients: readonly string[];
  readonly providers: readonly string[];
  readonly resourceServers: readonly string[];
}

export const NOTHING_ADOPTED: Adoption = {
  pools: [],
  clients: [],
  providers: [],
  resourceServers: [],
};
