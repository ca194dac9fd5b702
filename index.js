// n8n finds the node and the credential by their paths under "n8n" in package.json.
module.exports = {};
