// n8n loads the node and the credential by the paths under "n8n" in package.json;
// this file only has to exist for "main".
module.exports = {};
