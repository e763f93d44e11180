#!/usr/bin/env bash
# The article with the aws CLI: two joined user pools and one user, from nothing.
# Takes AWS, the program, and ENDPOINT, the embedded pools; prints the ids of what it made as shell variables.
set -euo pipefail

idp() { "$AWS" --endpoint-url "$ENDPOINT" --region eu-west-1 --output text cognito-idp "$@"; }

make_pool() {
  local id
  id=$(idp create-user-pool --pool-name "$1" --query UserPool.Id)
  idp create-user-pool-domain --domain "$1" --user-pool-id "$id" >/dev/null
  echo "$id"
}

oauth=(--allowed-o-auth-flows code --allowed-o-auth-scopes openid email profile --allowed-o-auth-flows-user-pool-client)

master=$(make_pool oidc-pool-1)
upstream=$(make_pool oidc-pool-2)

read -r bridge_id bridge_secret < <(
  idp create-user-pool-client --user-pool-id "$upstream" --client-name master-pool --generate-secret \
    "${oauth[@]}" --supported-identity-providers COGNITO \
    --callback-urls "$ENDPOINT/oidc-pool-1/oauth2/idpresponse" \
    --query '[UserPoolClient.ClientId, UserPoolClient.ClientSecret]'
)

idp create-identity-provider --user-pool-id "$master" --provider-name oidc-pool-2 --provider-type OIDC \
  --provider-details "client_id=$bridge_id,client_secret=$bridge_secret,attributes_request_method=GET,oidc_issuer=$ENDPOINT/$upstream,authorize_scopes=openid email profile" \
  --attribute-mapping email=email,email_verified=email_verified,name=name >/dev/null

read -r site_id site_secret < <(
  idp create-user-pool-client --user-pool-id "$master" --client-name site --generate-secret \
    "${oauth[@]}" --supported-identity-providers oidc-pool-2 \
    --callback-urls http://localhost:3000/callback \
    --query '[UserPoolClient.ClientId, UserPoolClient.ClientSecret]'
)

idp admin-create-user --user-pool-id "$upstream" --username alice --message-action SUPPRESS \
  --temporary-password 'Welcome-2-Lifeguard!' \
  --user-attributes Name=email,Value=alice@example.com Name=email_verified,Value=true 'Name=name,Value=Alice Example' >/dev/null

printf 'master=%s\nupstream=%s\nsite_id=%s\nsite_secret=%s\n' "$master" "$upstream" "$site_id" "$site_secret"
