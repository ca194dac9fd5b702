const { rm } = require('node:fs/promises');
const { dest, series, src } = require('gulp');

/** Empties dist, so that nothing of an earlier build is published. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/** Copies the icons into dist, where the built node and credential look for them. */
function icons() {
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

exports.clean = clean;
exports.icons = icons;
exports.default = series(clean, icons);
