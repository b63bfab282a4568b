// SPDX-License-Identifier: Apache-2.0
// ./dev test-deploy: manifests and the YAML of the documentation. What is looked for is first seen to be found, in
// broken.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { article, broken } from './broken.mjs';
import { containersOf, objectsOf, podOf, yamlBlocks } from './objects.mjs';
import { comparable, kustomizations, renderAll, renderedFile } from './render.mjs';
import { restrictedProblems } from './restricted.mjs';
import { schemaProblems } from './schema.mjs';
import { passwordProblems, wiringProblems } from './wiring.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

/** Everything that is wrong with the objects of one rendering. */
async function problemsOf(objects) {
  const schema = await Promise.all(objects.map(schemaProblems));
  const pods = objects.map(podOf).filter(Boolean);
  return [...schema.flat(), ...pods.flatMap(restrictedProblems), ...objects.flatMap(passwordProblems), ...wiringProblems(objects)];
}

/** A block of the documentation: a manifest, compose's file, or a part of a container. */
async function blockProblems(text) {
  const said = [];
  for (const object of objectsOf(text)) {
    if (object.services) continue; // compose's; tests/docs_test.sh knows its variables
    const container = { name: 'redis', image: 'redis', ...object };
    const whole = object.kind ? object : { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'redis' }, spec: { containers: [container] } };
    said.push(...(await schemaProblems(whole)), ...passwordProblems(whole));
  }
  return said;
}

const fresh = renderAll();
for (const name of kustomizations()) {
  const text = fs.readFileSync(renderedFile(name), 'utf8');
  test(`deploy/rendered has what kubectl renders from deploy/${name}`, () => {
    assert.deepEqual(comparable(text), comparable(fresh.get(name)), './dev render writes it anew');
  });
  test(`deploy/${name} is valid, restricted, fits together and holds no password`, async () => {
    assert.deepEqual(await problemsOf(objectsOf(text)), []);
  });
}

test('deploy/rendered has nothing else', () => {
  const files = kustomizations().map((name) => path.basename(renderedFile(name)));
  assert.deepEqual(fs.readdirSync(path.join(root, 'deploy/rendered')).sort(), files.sort());
});

// one pod is written down twice, as a StatefulSet's and as a Deployment's
test('every redis container has the same probes, limits on what it may do, and ids', () => {
  const seen = kustomizations().flatMap((name) =>
    objectsOf(fs.readFileSync(renderedFile(name), 'utf8')).map(podOf).filter(Boolean).flatMap((pod) =>
      containersOf(pod).filter((container) => container.name === 'redis').map((container) => ({
        startup: container.startupProbe, live: container.livenessProbe, ready: container.readinessProbe,
        container: container.securityContext, pod: { ...pod.spec.securityContext, fsGroupChangePolicy: undefined },
        message: container.terminationMessagePolicy, links: pod.spec.enableServiceLinks,
      }))));
  assert.equal(seen.length, kustomizations().filter((name) => name !== 'vault').length);
  for (const each of seen) assert.deepEqual(each, seen[0]);
});

// likewise, as a Job's and as a CronJob's
test('what runs once and what runs again and again are the same', () => {
  const [now, often] = ['Job', 'CronJob'].map((kind) =>
    objectsOf(fs.readFileSync(renderedFile('vault'), 'utf8')).find((object) => object.kind === kind));
  const { ttlSecondsAfterFinished, ...once } = now.spec;
  assert.ok(ttlSecondsAfterFinished > 0);
  assert.deepEqual(once, often.spec.jobTemplate.spec);
});

test('the Secret is made from a file', () => {
  const [{ secretGenerator }] = objectsOf(read('deploy/secret/kustomization.yaml'));
  assert.deepEqual(secretGenerator.map(({ name, files }) => [name, files]), [['redis-password', ['password']]]);
});

const noCheckout = !fs.existsSync(path.join(root, '.git')) && 'this is no git checkout';
test('git does not see the files that the documentation writes a password to', { skip: noCheckout }, () => {
  const commands = ['README.md', 'docs/kubernetes.md', 'docker/compose.yaml', 'deploy/secret/kustomization.yaml'].map(read).join('\n');
  assert.equal(commands.match(/genpass.*>/g).length, commands.match(/\(umask 077 && .*genpass.*>/g).length, 'made without umask 077');
  const files = [...commands.matchAll(/genpass.*?>([\w./-]+)/g)].map(([, file]) => file);
  assert.deepEqual([...new Set(files)].sort(), ['deploy/secret/password', 'docker/redis-password', 'redis-password']);
  for (const file of files) assert.equal(spawnSync('git', ['check-ignore', '-q', file], { cwd: root }).status, 0, file);
});

const texts = ['README.md', ...fs.readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
for (const file of texts)
  for (const { line, text } of yamlBlocks(read(file)))
    test(`${file}:${line} is valid and holds no password`, async () => {
      assert.deepEqual(await blockProblems(text), []);
    });

for (const { what, rendering, change, expected } of broken)
  test(`found: ${what}`, async () => {
    const objects = objectsOf(fs.readFileSync(renderedFile(rendering), 'utf8'));
    change((kind, name) => objects.find((each) => each.kind === kind && (!name || each.metadata.name === name)), objects);
    const problems = await problemsOf(objects);
    assert.ok(problems.some((problem) => problem.includes(expected)), `${expected} is not among ${JSON.stringify(problems)}`);
  });

for (const { what, text, expected } of article)
  test(`found in the article: ${what}`, async () => {
    const problems = await blockProblems(text).catch((error) => [error.message]);
    assert.ok(problems.some((problem) => problem.includes(expected)), `${expected} is not among ${JSON.stringify(problems)}`);
  });
