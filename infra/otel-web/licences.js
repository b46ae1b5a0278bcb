// Prints what is in the bundle and under which licence, as the lock file says.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const bundled = Object.entries(packages).filter(([path, it]) => path && !it.dev);

console.log('# What is in `otel-web.js`\n');
console.log('Built by `npm ci --ignore-scripts && npm run build` from `otel-web.js`, with the versions of `package-lock.json`.\n');
console.log('| package | version | licence |\n|---|---|---|');
for (const [path, { version, license }] of bundled) {
  console.log(`| ${path.replace(/.*node_modules\//, '')} | ${version} | ${license} |`);
}
