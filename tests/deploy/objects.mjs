// SPDX-License-Identifier: Apache-2.0
// YAML as objects, from manifests and from the blocks of a Markdown text.
import YAML from 'yaml';

/** The documents of a YAML text; an Error names the line. Version 1.1, as kubectl reads it: 0440 is octal. */
export function objectsOf(text) {
  return YAML.parseAllDocuments(text, { version: '1.1' })
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    })
    .filter((object) => object !== null && Object.keys(object).length > 0);
}

/** The ```yaml blocks of a Markdown text, with the line that each begins at. */
export function yamlBlocks(markdown) {
  const blocks = [];
  let block = null;
  markdown.split('\n').forEach((line, index) => {
    if (block === null && /^```ya?ml$/.test(line)) block = { line: index + 2, lines: [] };
    else if (block !== null && line === '```') {
      blocks.push({ line: block.line, text: block.lines.join('\n') });
      block = null;
    } else block?.lines.push(line);
  });
  return blocks;
}

/** The pod template, or pod, of an object; null where there is none. */
export function podOf(object) {
  if (object.kind === 'Pod') return object;
  return object.spec?.jobTemplate?.spec?.template ?? object.spec?.template ?? null;
}

export function containersOf(pod) {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
}
