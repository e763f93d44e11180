# The API from a shell. `node server.js` prints the variables and this command.
set -eu

# A token for the program itself: the client credentials grant.
token=$(curl --silent --fail --user "$CLIENT" \
  --data grant_type=client_credentials --data scope=orders/read "$TOKEN_URL" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')

echo 'With the token:'
curl --silent --header "Authorization: Bearer $token" "$API_URL/orders"
echo
echo 'Without:'
curl --silent --output /dev/null --write-out '%{http_code}\n' "$API_URL/orders"
echo 'With the token, where a group is needed:'
curl --silent --output /dev/null --write-out '%{http_code}\n' \
  --header "Authorization: Bearer $token" "$API_URL/audit"
