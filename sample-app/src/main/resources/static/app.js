'use strict';

/** simple_module.wasm: add, fib and fib64. */
const SAMPLE_MODULE = 'AGFzbQEAAAABEQNgAn9/AX9gAX8Bf2ABfgF+AwQDAAECBxUDA2FkZAAAA2ZpYgABBWZpYjY0AAIKVgMHACAAIAFqCxwAIABBAkgEfyAABSAAQQFrEAEgAEECaxABagsLLwEDfkIBIQICQANAIABCAFcNASABIAJ8IQMgAiEBIAMhAiAAQgF9IQAMAAsLIAEL';

/** More rows than anyone reads; a module may export thousands. */
const MOST_EXPORTS = 200;

const byId = (id) => document.getElementById(id);

/** Makes an element. Text is only ever set as text: names in a module are a stranger's. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Problem extends Error {
  constructor(title, detail) {
    super(detail);
    this.title = title;
  }
}

/** Sends a request; throws the problem detail of a failed one. */
async function send(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  }
  catch {
    throw new Problem('No answer', 'The application cannot be reached. Is it still running?');
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Problem(`${response.status} ${problem.title ?? response.statusText}`,
        problem.detail ?? 'The answer says no more than that.');
  }
  return response;
}

function showGood(output, ...content) {
  output.className = 'good';
  output.replaceChildren(...content);
}

function showBad(output, problem) {
  output.className = 'bad';
  output.replaceChildren(element('strong', { textContent: problem.title ?? 'Failed' }), problem.message);
}

/** Runs a job for a form and shows how it ended. */
async function run(form, output, job) {
  const button = form.querySelector('button');
  button.setAttribute('aria-busy', 'true');
  try {
    await job();
  }
  catch (problem) {
    showBad(output, problem);
  }
  finally {
    button.removeAttribute('aria-busy');
  }
}

function onSubmit(form, job) {
  const output = form.querySelector('output');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run(form, output, async () => showGood(output, await job(form.elements)));
  });
}

onSubmit(byId('add'), async ({ a, b }) => (await send('/add?' + new URLSearchParams({ a: a.value, b: b.value }))).text());

onSubmit(byId('slugify'), async ({ text }) => {
  const slug = await (await send('/text/slugify', {
    method: 'POST', headers: { 'Content-Type': 'text/plain;charset=UTF-8' }, body: text.value })).text();
  return slug || '(empty: no letter or digit that fits a slug)';
});

onSubmit(byId('sha256'), async ({ text, file }) => (await send('/hash/sha256', {
  method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file.files[0] ?? text.value })).text());

/** Hands on every file that is chosen or dropped. */
function onFile(form, take) {
  const drop = form.querySelector('.drop');
  const input = form.elements.file;
  input.addEventListener('change', () => {
    const [file] = input.files;
    input.value = ''; // so that the same file can be chosen again
    if (file) {
      take(file);
    }
  });
  for (const type of ['dragover', 'dragenter']) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    if (event.dataTransfer.files[0]) {
      take(event.dataTransfer.files[0]);
    }
  });
}

/* A file dropped beside its place must not replace the page. */
for (const type of ['dragover', 'drop']) {
  window.addEventListener(type, (event) => event.preventDefault());
}

function filePart(file, name) {
  const data = new FormData();
  data.append('file', file, name ?? file.name);
  return { method: 'POST', body: data };
}

/* ---- Images ---- */

const imageForm = byId('image');
let picture = null;
let pictureRun = 0;

function show(image, blob) {
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blob);
}

async function changeImage() {
  if (!picture) {
    return;
  }
  const output = imageForm.querySelector('output');
  const thisRun = ++pictureRun;
  const { job, radius } = imageForm.elements;
  const url = (job.value === 'blur') ? '/image/blur?radius=' + radius.value : '/image/grayscale';
  await run(imageForm, output, async () => {
    const start = performance.now();
    const result = await (await send(url, filePart(picture, 'image.png'))).blob();
    if (thisRun !== pictureRun) {
      return;
    }
    show(byId('before'), picture);
    show(byId('after'), result);
    imageForm.querySelector('.pictures').hidden = false;
    showGood(output, `Done in ${Math.round(performance.now() - start)} ms, decoding and encoding the PNG included`);
  });
}

onFile(imageForm, (file) => {
  picture = file;
  changeImage();
});
imageForm.addEventListener('submit', (event) => event.preventDefault());
imageForm.elements.job.forEach((radio) => radio.addEventListener('change', changeImage));
imageForm.elements.radius.addEventListener('input', (event) => byId('radius-value').textContent = event.target.value);
imageForm.elements.radius.addEventListener('change', () => {
  imageForm.elements.job.value = 'blur';
  changeImage();
});

/** Paints something with edges, colours and soft parts. */
function samplePicture() {
  const canvas = element('canvas', { width: 640, height: 400 });
  const pen = canvas.getContext('2d');
  const sky = pen.createLinearGradient(0, 0, 0, 400);
  sky.addColorStop(0, '#2b3a8c');
  sky.addColorStop(.6, '#e86f52');
  sky.addColorStop(1, '#ffd27a');
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 640, 400);
  pen.fillStyle = '#fff3c4';
  pen.beginPath();
  pen.arc(440, 210, 60, 0, 7);
  pen.fill();
  [['#51307a', 250, 90], ['#331c55', 300, 60], ['#1c0f33', 345, 35]].forEach(([colour, base, height], layer) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, 400);
    for (let x = 0; x <= 640; x += 8) {
      pen.lineTo(x, base - height * Math.abs(Math.sin(x / (90 - 20 * layer) + layer)));
    }
    pen.lineTo(640, 400);
    pen.fill();
  });
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

byId('sample-image').addEventListener('click', async () => {
  picture = await samplePicture();
  changeImage();
});

/* ---- Modules ---- */

const uploadForm = byId('upload');
const uploadOutput = uploadForm.querySelector('output');

const round = (number) => Math.round(number * 10) / 10;

const bytesText = (bytes) => (bytes < 1024) ? bytes + ' bytes'
    : (bytes < 1048576) ? round(bytes / 1024) + ' KiB' : round(bytes / 1048576) + ' MiB';

const timeText = (nanos) => (nanos < 1e6) ? (nanos / 1e3).toFixed(1) + ' µs' : (nanos / 1e6).toFixed(1) + ' ms';

function upload(file, name) {
  return run(uploadForm, uploadOutput, async () => {
    const module = await (await send('/modules', filePart(file, name))).json();
    showGood(uploadOutput, `${module.fileName} is loaded as ${module.id}`);
    showModule(module);
    await listModules();
  });
}

onFile(uploadForm, upload);
uploadForm.addEventListener('submit', (event) => event.preventDefault());
byId('sample-module').addEventListener('click', () => {
  const bytes = Uint8Array.from(atob(SAMPLE_MODULE), (character) => character.charCodeAt(0));
  upload(new Blob([bytes], { type: 'application/wasm' }), 'simple_module.wasm');
});

async function listModules() {
  let modules;
  try {
    modules = await (await send('/modules')).json();
  }
  catch {
    showBad(uploadOutput, new Problem('Uploads are off', 'Start the application with the profile demo.'));
    return;
  }
  byId('loaded').replaceChildren(...modules.map(loadedItem));
  if (modules.length === 0) {
    byId('loaded').append(element('li', { textContent: 'Nothing yet.' }));
  }
}

function loadedItem(module) {
  const open = element('button', { type: 'button', className: 'quiet',
    textContent: `${module.fileName} (${bytesText(module.size)})` });
  open.addEventListener('click', () => showModule(module));
  const remove = element('button', { type: 'button', className: 'quiet', textContent: 'Unload' });
  remove.setAttribute('aria-label', `Unload ${module.fileName}, ${module.id}`);
  remove.addEventListener('click', () => run(uploadForm, uploadOutput, async () => {
    await send('/modules/' + module.id, { method: 'DELETE' }).catch(() => null);
    if (byId('module').dataset.id === module.id) {
      byId('module').hidden = true;
    }
    showGood(uploadOutput, `${module.fileName} is unloaded`);
    await listModules();
  }));
  return element('li', {}, open, remove);
}

function showModule(module) {
  const card = byId('module');
  card.dataset.id = module.id;
  byId('module-name').textContent = module.fileName;
  byId('limits').textContent = `${module.callTimeoutMillis} ms a call and ${bytesText(module.memoryLimit)} of memory`;
  const memory = module.memory
      ? `${bytesText(module.memory.initialPages * 65536)} at first, limited to ${bytesText(module.memoryLimit)}` : 'none';
  const facts = [['Id', module.id], ['Size', bytesText(module.size)], ['SHA-256', module.digest], ['Memory', memory],
    ['Imports', module.imports.join(', ') || 'none']];
  byId('facts').replaceChildren(...facts.flatMap(([name, value]) =>
      [element('dt', { textContent: name }), element('dd', { textContent: value })]));
  const rows = module.exports.slice(0, MOST_EXPORTS).map((item, index) => exportRow(module, item, index));
  if (module.exports.length !== rows.length || rows.length === 0) {
    rows.push(element('tr', {}, element('td', { colSpan: 4, textContent: (rows.length === 0)
        ? 'It exports nothing.' : `and ${module.exports.length - rows.length} more` })));
  }
  byId('exports').replaceChildren(...rows);
  card.hidden = false;
}

function exportRow(module, item, index) {
  const name = element('th', { scope: 'row', textContent: item.name });
  if (item.kind !== 'function') {
    return element('tr', {}, name, element('td', { textContent: item.kind }), element('td'), element('td'));
  }
  const output = element('output', { id: 'answer-' + index });
  const form = element('form', { noValidate: true });
  item.parameters.forEach((type, position) => {
    const input = element('input', { placeholder: type, autocomplete: 'off', spellcheck: false });
    input.setAttribute('aria-label', `Argument ${position + 1} of ${item.name}, ${type}`);
    form.append(input);
  });
  const button = element('button', { textContent: 'Call' });
  button.setAttribute('aria-label', 'Call ' + item.name);
  form.append(button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = [...form.querySelectorAll('input')].map((input) => input.value);
    run(form, output, async () => {
      const answer = await (await send(`/modules/${module.id}/call`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ function: item.name, arguments: given }) })).json();
      const text = answer.results.map((value, position) => `${value} ${answer.types[position]}`).join(', ');
      showGood(output, text || 'returned nothing', element('br'), element('small', { textContent: timeText(answer.nanos) }));
    });
  });
  return element('tr', {}, name, element('td', { textContent: item.signature }), element('td', {}, form),
      element('td', {}, output));
}

listModules();
