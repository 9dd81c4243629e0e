// Draws the report from the JSON in element "data". Text of the campaign only ever becomes text nodes and attributes of
// our own choice, never markup: it is written by the program under test and may be hostile.
(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const runs = data.runs;
  const OUTCOMES = ['crash', 'hang', 'fail', 'ok', 'infra'];
  const outcomeOf = (run) => OUTCOMES[runs.outcome.charCodeAt(run) - 48];
  const byId = (id) => document.getElementById(id);

  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? '' : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
    return element;
  }
  function svg(tag, attributes, ...children) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const milliseconds = (ms) => ms >= 60000 ? (ms / 60000).toFixed(1) + ' min' : ms >= 1000 ? (ms / 1000).toFixed(ms < 10000 ? 2 : 1) + ' s' : ms >= 10 ? ms.toFixed(0) + ' ms' : ms.toFixed(1) + ' ms';
  const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
  /// Never "0 %" or "100 %" for what is not exactly that.
  function percent(share) {
    if (share === 0) return '0 %';
    if (share === 1) return '100 %';
    const value = share * 100;
    const text = value < 10 ? value.toPrecision(2) : value > 99 ? value.toFixed(Math.min(6, Math.max(1, Math.ceil(-Math.log10(100 - value)) + 1))) : value.toFixed(0);
    return String(Number(text)) + ' %';
  }

  const manySchedules = new Set(data.arms.map((arm) => arm.schedule)).size > 1;
  const armLabel = (arm) => [arm.variant, arm.sanitizer, manySchedules ? arm.schedule : ''].filter(Boolean).join(' ');
  const armById = new Map(data.arms.map((arm) => [arm.id, arm]));

  // ---- what is chosen ----
  const filter = {outcomes: new Set(OUTCOMES), arm: null, signature: null, text: ''};
  const listeners = [];
  function changed() { for (const listener of listeners) listener(); }
  let visible = new Uint32Array(0);
  function select() {
    const wanted = filter.text.toLowerCase();
    const picked = filter.signature === null ? null : new Set(runs.signatures[filter.signature] || []);
    const reasonFits = wanted ? runs.reasons.map((reason) => reason.toLowerCase().includes(wanted)) : null;
    const chosen = [];
    for (let i = 0; i < runs.index.length; ++i) {
      if (!filter.outcomes.has(outcomeOf(i))) continue;
      if (filter.arm !== null && runs.arm[i] !== filter.arm) continue;
      if (picked && !picked.has(runs.index[i])) continue;
      if (reasonFits && !reasonFits[runs.reason[i]] && String(runs.index[i]) !== wanted) continue;
      chosen.push(i);
    }
    visible = Uint32Array.from(chosen);
  }

  // ---- head ----
  function drawHead() {
    const name = data.campaign.scenario || data.campaign.name || 'campaign';
    document.title = `${name}: ${data.campaign.totals.runs} runs`;
    byId('title').textContent = name;
    const t = data.campaign.totals;
    const said = ['crash', 'hang', 'fail', 'ok'].map((o) => `${t[o]} ${o}`).join(', ');
    byId('lead').append(`${plural(t.runs, 'run')}: ${said}` + (t.infra ? `; ${t.infra} not counted (infra)` : '') + '. ',
      h('span', {class: 'quiet'}, `${data.campaign.state}${data.campaign.state_note ? ': ' + data.campaign.state_note : ''}; started ${data.campaign.started_at}`));
    for (const warning of data.campaign.warnings) byId('warnings').append(h('div', {class: 'warning', role: 'note'}, warning));
    const theme = byId('theme');
    const isDark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
    const label = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; theme.setAttribute('aria-pressed', String(isDark())); };
    theme.addEventListener('click', () => { document.documentElement.dataset.theme = isDark() ? 'light' : 'dark'; label(); redrawCharts(); });
    label();
    for (const section of document.querySelectorAll('main section:not([hidden])')) {
      document.querySelector('nav').append(h('a', {href: '#' + section.id}, section.querySelector('h2').textContent));
    }
  }

  // ---- matrix ----
  /// The rate with its interval on a scale from 0 to 100 %.
  function intervalPicture(arm) {
    const width = 150;
    const x = (share) => 4 + share * (width - 8);
    const picture = svg('svg', {width, height: 18, role: 'img', 'aria-label': arm.rate === null ? 'no data' : `rate ${percent(arm.rate)}` + (arm.rate_low === null ? '' : `, interval ${percent(arm.rate_low)} to ${percent(arm.rate_high)}`)});
    picture.append(svg('line', {x1: x(0), x2: x(1), y1: 9, y2: 9, stroke: 'var(--line)', 'stroke-width': 1}));
    if (arm.rate === null) return picture;
    if (arm.rate_low !== null) picture.append(svg('line', {x1: x(arm.rate_low), x2: x(arm.rate_high), y1: 9, y2: 9, stroke: 'var(--text)', 'stroke-width': 5, 'stroke-linecap': 'round', opacity: 0.45}));
    picture.append(svg('circle', {cx: x(arm.rate), cy: 9, r: 4, fill: 'var(--text)'}));
    return picture;
  }
  function drawMatrix() {
    const withInfra = data.campaign.totals.infra > 0;
    const number = {class: 'number', scope: 'col'};
    const head = h('tr', {}, h('th', {scope: 'col'}, 'code'), h('th', {scope: 'col'}, 'build'), manySchedules ? h('th', {scope: 'col'}, 'schedule') : null,
      ['crash', 'hang', 'fail', 'ok'].map((o) => h('th', number, o)), withInfra ? h('th', number, 'infra') : null,
      h('th', {scope: 'col'}, 'rate'), h('th', {scope: 'col'}, 'interval'), h('th', {scope: 'col'}, '0 to 100 %'), h('th', number, 'median'));
    const body = h('tbody');
    for (const arm of data.arms) {
      const count = (o) => h('td', {class: `number ${arm[o] ? o : 'zero'}`}, arm[o].toLocaleString('en'));
      const row = h('tr', {'data-arm': arm.id},
        h('th', {scope: 'row'}, h('button', {type: 'button', title: 'Show only these runs', onclick: () => chooseArm(arm.id)}, arm.variant)),
        h('td', {}, arm.sanitizer, arm.blind ? h('span', {class: 'fail', title: arm.blind}, ' blind') : null), manySchedules ? h('td', {}, arm.schedule) : null,
        ['crash', 'hang', 'fail', 'ok'].map(count), withInfra ? count('infra') : null,
        h('td', {}, arm.rate === null ? 'no data' : `${arm.runs - arm.ok}/${arm.runs} ${percent(arm.rate)}`),
        h('td', {}, arm.rate === null ? '' : arm.rate_low === null ? 'drifts: no single rate' : `${percent(arm.rate_low)} to ${percent(arm.rate_high)}`),
        h('td', {}, intervalPicture(arm)), h('td', {class: 'number'}, arm.wall_ms ? milliseconds(arm.wall_ms.median) : ''));
      body.append(row);
    }
    byId('matrix').append(h('div', {class: 'wide'}, h('table', {}, h('thead', {}, head), body)));
    for (const arm of data.arms) if (arm.blind) byId('matrix').append(h('div', {class: 'warning'}, `${armLabel(arm)} is blind: ${arm.blind}`));
    listeners.push(() => { for (const row of body.rows) row.classList.toggle('chosen', filter.arm === Number(row.dataset.arm)); });
  }
  function chooseArm(id) { filter.arm = filter.arm === id ? null : id; changed(); }

  // ---- bugs ----
  function place(frame) {
    if (frame.file) return frame.file + (frame.line ? ':' + frame.line : '');
    return frame.module ? `(${frame.module}+0x${Number(frame.module_offset || 0).toString(16)})` : '';
  }
  function sourceOf(frame) {
    const excerpt = frame.file ? data.sources[`${frame.file}:${frame.line}`] : null;
    if (!excerpt) return null;
    const lines = excerpt.lines.map((text, i) => h('span', {class: excerpt.first + i === frame.line ? 'here' : null}, `${String(excerpt.first + i).padStart(5)}  ${text}\n`));
    return h('details', {}, h('summary', {class: 'quiet'}, 'source'), h('pre', {class: 'source'}, lines));
  }
  function stackView(stack) {
    const list = h('ol', {class: 'frames mono', start: 0});
    stack.frames.forEach((frame, i) => list.append(h('li', {class: i >= 8 ? 'deep' : null}, frame.function || '??', ' ', h('span', {class: 'quiet'}, place(frame)), sourceOf(frame))));
    const more = stack.frames.length > 8 ? h('button', {type: 'button', onclick: (e) => { list.classList.add('open'); e.target.remove(); }}, `${stack.frames.length - 8} more frames`) : null;
    return [h('h3', {}, stack.heading || stack.role), list, more];
  }
  /// Threads in a circle, each pointing at the one that it waits for: the stacks of a deadlock come in the cycle's order.
  function waitGraph(finding) {
    const threads = finding.stacks.filter((stack) => stack.thread);
    if (finding.kind !== 'deadlock' || threads.length < 1) return null;
    const width = 520; const height = threads.length < 3 ? 150 : 300; const rx = 170; const ry = threads.length < 3 ? 0 : 100;
    const at = threads.map((_, i) => { const a = Math.PI + 2 * Math.PI * i / threads.length; return [width / 2 + rx * Math.cos(a), height / 2 + ry * Math.sin(a)]; });
    const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, width, role: 'img', 'aria-label': 'wait-for graph: ' + threads.map((t) => t.heading).join('; ')});
    picture.append(svg('defs', {}, svg('marker', {id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto'}, svg('path', {d: 'M0,0 L8,4 L0,8 z', fill: 'var(--hang)'}))));
    threads.forEach((_, i) => {
      const [x1, y1] = at[i]; const [x2, y2] = at[(i + 1) % threads.length];
      if (threads.length === 1) { picture.append(svg('path', {d: `M${x1 + 40},${y1 - 14} C${x1 + 130},${y1 - 60} ${x1 + 130},${y1 + 60} ${x1 + 40},${y1 + 14}`, fill: 'none', stroke: 'var(--hang)', 'stroke-width': 2, 'marker-end': 'url(#tip)'})); return; }
      const dx = x2 - x1; const dy = y2 - y1; const length = Math.hypot(dx, dy); const ux = dx / length; const uy = dy / length; const bend = 34;
      picture.append(svg('path', {d: `M${x1 + ux * 44 + uy * -14},${y1 + uy * 24 + ux * 14} Q${(x1 + x2) / 2 - uy * bend},${(y1 + y2) / 2 + ux * bend} ${x2 - ux * 44 - uy * 14},${y2 - uy * 24 + ux * 14}`, fill: 'none', stroke: 'var(--hang)', 'stroke-width': 2, 'marker-end': 'url(#tip)'}));
    });
    threads.forEach((thread, i) => {
      const [x, y] = at[i];
      picture.append(svg('rect', {x: x - 44, y: y - 18, width: 88, height: 36, rx: 8, fill: 'var(--panel)', stroke: 'var(--line)'}), svg('text', {x, y: y + 4, 'text-anchor': 'middle'}, thread.thread.slice(0, 14)));
    });
    return h('figure', {}, picture, h('figcaption', {class: 'quiet'}, 'Each thread waits for what the next one holds.'));
  }
  /// A minimised schedule: one lane per thread, one row per stretch that a thread ran, from the first to the last.
  function scheduleLanes(schedule) {
    if (!schedule || !schedule.switches.length) return null;
    const stretches = [];
    const told = (frame) => frame ? `${frame.function || '??'} ${place(frame)}` : '';
    schedule.switches.forEach((change) => {
      const last = stretches[stretches.length - 1];
      if (!last || last.thread !== change.thread) stretches.push({thread: change.thread});
      Object.assign(stretches[stretches.length - 1], {stopped: told(change.stopped_at), code: change.stopped_code,
        why: `${change.preemptive ? 'stopped before' : 'waits in'} ${change.operation}${change.object ? ' of ' + change.object : ''}`});
      stretches.push({thread: change.next_thread, stopped: told(change.ran_until), code: change.ran_until_code, why: change.ran_until ? 'runs until here' : 'runs as long as it can'});
    });
    const threads = [...new Set(stretches.map((s) => s.thread))].sort((a, b) => a - b);
    const rows = stretches.map((s, i) => h('tr', {}, h('th', {scope: 'row'}, String(i + 1)), threads.map((thread) => thread !== s.thread ? h('td', {class: 'lane'}) : h('td', {class: 'lane runs text'}, h('div', {class: 'quiet'}, s.why), h('div', {class: 'mono'}, s.stopped), s.code ? h('div', {class: 'mono code'}, s.code) : null))));
    return [h('h3', {}, 'The schedule that is enough'), h('p', {class: 'quiet'}, `${plural(schedule.switches.length, 'switch').replace(/switchs$/, 'switches')} left of ${schedule.switches_before}, after ${plural(schedule.replays, 'replay')}` + (schedule.minimal ? '; without any one of them the failure does not come.' : '.')),
      h('div', {class: 'wide'}, h('table', {class: 'lanes'}, h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'step'), threads.map((thread) => h('th', {scope: 'col'}, `thread ${thread}`)))), h('tbody', {}, rows)))];
  }
  /// One signature: its counts, one report that has it, and the way to its runs.
  function signatureBox(position) {
    const bug = data.signatures[position];
    const body = h('div', {});
    const fill = () => {
      if (body.childElementCount) return;
      body.append(h('div', {class: 'chips'}, bug.arms.map((arm) => h('span', {}, `${armLabel(arm)}: ${arm.runs}`))));
      body.append(h('p', {class: 'quiet'}, `${bug.id}; first in run ${bug.first_run}` + (bug.is_unsymbolized ? '; no frame with a name: the id stands on offsets, which are those of one build' : '')));
      body.append(h('p', {}, h('button', {type: 'button', onclick: () => { filter.signature = filter.signature === position ? null : position; changed(); byId('runs').scrollIntoView(); }}, 'Show its runs')));
      const example = bug.example;
      if (example.message) body.append(h('p', {class: 'mono'}, example.message));
      if (example.location) body.append(h('p', {class: 'mono quiet'}, example.location));
      const graph = waitGraph(example);
      if (graph) body.append(graph);
      body.append(...(scheduleLanes(bug.minimised) || []));
      body.append(...example.stacks.flatMap(stackView).filter(Boolean));
      if (example.raw) body.append(h('details', {}, h('summary', {}, 'the report as it was printed'), h('pre', {}, example.raw)));
    };
    const box = h('details', {class: 'bug', 'data-signature': bug.id, ontoggle: () => { if (box.open) fill(); }},
      h('summary', {}, h('b', {class: bug.outcome || ''}, plural(bug.runs, 'run')), bug.title, ' ', h('span', {class: 'quiet'}, bug.arms.map((arm) => `${armLabel(arm)} ${arm.runs}`).join(', '))), body);
    return box;
  }
  /// What several signatures have in common, with the reason for each link; a bug of one signature is that signature.
  function drawBugs() {
    const section = byId('bugs');
    if (data.signatures.length === 0) { section.append(h('p', {}, 'No run reported anything.')); return; }
    const positions = new Map(data.signatures.map((signature, i) => [signature.id, i]));
    data.bugs.forEach((bug, order) => {
      const boxes = bug.signatures.map((id) => signatureBox(positions.get(id)));
      const notes = bug.notes.map((note) => h('p', {class: 'quiet'}, note));
      if (boxes.length === 1) {
        section.append(boxes[0], ...notes);
        boxes[0].open = order === 0;
        return;
      }
      const links = h('ul', {}, bug.links.map((link) => h('li', {class: 'quiet'}, `${link.signature} stands with ${link.to}: ${link.reason}`)));
      section.append(h('details', {class: 'bug', open: order === 0},
        h('summary', {}, h('b', {}, plural(bug.runs, 'run')), bug.title, ' ', h('span', {class: 'quiet'}, `${boxes.length} signatures of one bug; ` + bug.arms.map((arm) => `${armLabel(arm)} ${arm.runs}`).join(', '))),
        h('div', {}, links, notes, boxes)));
    });
    for (const line of data.unseen) section.append(h('p', {class: 'quiet'}, line));
    addEventListener('beforeprint', () => { for (const box of section.querySelectorAll('details.bug')) box.open = true; });
  }

  // ---- comparisons ----
  function drawComparisons() {
    if (!data.comparisons.length) return;
    const section = byId('comparisons'); section.hidden = false;
    const rows = data.comparisons.map((pair) => h('tr', {}, h('td', {}, pair.a), h('td', {}, pair.b), h('td', {}, h('b', {}, pair.verdict)), h('td', {class: 'text'}, pair.why)));
    section.append(h('div', {class: 'wide'}, h('table', {}, h('thead', {}, h('tr', {}, ['from', 'to', 'verdict', 'what it rests on'].map((t) => h('th', {scope: 'col'}, t)))), h('tbody', {}, rows))));
  }

  // ---- charts ----
  const charts = [];
  function redrawCharts() { for (const chart of charts) chart.draw(); }
  const widthOf = (box) => Math.max(320, box.clientWidth - 16);
  const axis = (label, extra) => Object.assign({label, stroke: () => colour('text'), grid: {stroke: () => colour('line'), width: 1}, ticks: {stroke: () => colour('line')}}, extra);
  const MARKS = {
    crash(c, x, y, r) { c.moveTo(x - r, y - r); c.lineTo(x + r, y + r); c.moveTo(x - r, y + r); c.lineTo(x + r, y - r); },
    hang(c, x, y, r) { c.rect(x - r, y - r, 2 * r, 2 * r); },
    fail(c, x, y, r) { c.moveTo(x, y - r); c.lineTo(x + r, y + r); c.lineTo(x - r, y + r); c.closePath(); },
    ok(c, x, y, r) { c.rect(x - r / 4, y - r / 4, r / 2, r / 2); },
    infra(c, x, y, r) { c.moveTo(x + r, y); c.arc(x, y, r, 0, 7); },
  };
  function drawTimeline() {
    const section = byId('timeline');
    const box = h('div', {class: 'chart', role: 'img', 'aria-label': 'Every run by its order and its duration; the table of runs below holds the same.'});
    const key = h('p', {class: 'quiet'}, 'Cross: crash. Square: hang. Triangle: fail. Dot: ok. Circle: infra. Drag to zoom, double click to return.');
    section.append(key, box);
    for (const arm of data.arms) if (arm.drift && arm.drift.detected) section.append(h('div', {class: 'warning'}, `${armLabel(arm)} drifts: ${arm.drift.first_half.bad} of ${arm.drift.first_half.runs} in the first half, ${arm.drift.second_half.bad} of ${arm.drift.second_half.runs} in the second (p = ${arm.drift.p_value.toPrecision(2)}).`));
    let plot = null;
    const draw = () => {
      if (plot) plot.destroy();
      const xs = new Array(visible.length); const ys = new Array(visible.length);
      for (let i = 0; i < visible.length; ++i) { xs[i] = runs.index[visible[i]]; ys[i] = Math.max(runs.wall_ms[visible[i]], 0.01); }
      const marks = (u) => {
        const c = u.ctx; const ratio = devicePixelRatio || 1;
        c.save(); c.beginPath(); c.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height); c.clip();
        const {min, max} = u.scales.x;
        for (const outcome of ['ok', 'infra', 'fail', 'hang', 'crash']) {
          if (!filter.outcomes.has(outcome)) continue;
          c.beginPath(); c.strokeStyle = colour(outcome); c.lineWidth = 1.5 * ratio; const r = 3.5 * ratio;
          for (let i = 0; i < visible.length; ++i) {
            if (xs[i] < min || xs[i] > max || outcomeOf(visible[i]) !== outcome) continue;
            MARKS[outcome](c, u.valToPos(xs[i], 'x', true), u.valToPos(ys[i], 'y', true), r);
          }
          c.stroke();
        }
        c.restore();
      };
      plot = new uPlot({width: widthOf(box), height: 280, legend: {show: false}, cursor: {points: {show: false}}, scales: {x: {time: false}, y: {distr: 3}},
        axes: [axis('run'), axis('wall time, ms', {size: 64})], series: [{}, {paths: () => null, points: {show: false}}], hooks: {draw: [marks]}}, [xs, ys], box);
    };
    charts.push({draw}); listeners.push(draw);
  }
  function drawCurves() {
    if (!data.failure_curves.length) return;
    const section = byId('curves'); section.hidden = false;
    section.append(h('p', {class: 'quiet'}, 'Estimated share of runs that have failed after this much time in a run (cumulative incidence; runs that ended well or were stopped count as watched up to then).'));
    const box = h('div', {class: 'chart', role: 'img', 'aria-label': 'Time to failure, one line per arm that failed'});
    section.append(box);
    const times = [...new Set(data.failure_curves.flatMap((curve) => curve.time_ms))].sort((a, b) => a - b);
    const columns = data.failure_curves.map((curve) => { const values = []; let k = 0; let value = 0; for (const t of times) { while (k < curve.time_ms.length && curve.time_ms[k] <= t) value = curve.failed[k++]; values.push(value * 100); } return values; });
    const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]]; const hues = ['crash', 'hang', 'ok', 'fail', 'link'];
    let plot = null;
    const draw = () => {
      if (plot) plot.destroy();
      plot = new uPlot({width: widthOf(box), height: 280, scales: {x: {time: false, distr: times.length && times[0] > 0 ? 3 : 1}, y: {range: [0, 100]}}, axes: [axis('time in the run, ms'), axis('failed, %', {size: 56})],
        series: [{label: 'ms'}].concat(data.failure_curves.map((curve, i) => ({label: armLabel(armById.get(curve.arm)), stroke: () => colour(hues[i % hues.length]), width: 2, dash: dashes[i % dashes.length], paths: uPlot.paths.stepped({align: 1}), points: {show: times.length < 3}, value: (_, v) => v === null ? '' : v.toFixed(1) + ' %'})))}, [times].concat(columns), box);
    };
    charts.push({draw});
    draw();
  }

  // ---- runs ----
  function drawRuns() {
    const section = byId('runs');
    const boxes = OUTCOMES.filter((o) => data.campaign.totals[o] > 0).map((outcome) => h('label', {}, h('input', {type: 'checkbox', checked: true, 'data-outcome': outcome, onchange: (e) => { if (e.target.checked) filter.outcomes.add(outcome); else filter.outcomes.delete(outcome); changed(); }}), ` ${outcome}`));
    const arms = h('select', {id: 'arm-filter', onchange: (e) => { filter.arm = e.target.value === '' ? null : Number(e.target.value); changed(); }}, h('option', {value: ''}, 'all'), data.arms.map((arm) => h('option', {value: arm.id}, armLabel(arm))));
    const bugs = h('select', {id: 'bug-filter', onchange: (e) => { filter.signature = e.target.value === '' ? null : Number(e.target.value); changed(); }}, h('option', {value: ''}, 'all'), data.signatures.map((bug, i) => h('option', {value: i}, `${bug.id} ${bug.title}`.slice(0, 80))));
    const search = h('input', {type: 'search', id: 'search', placeholder: 'reason or number', oninput: (e) => { filter.text = e.target.value.trim(); changed(); }});
    const count = h('p', {'aria-live': 'polite', id: 'run-count'});
    section.append(h('div', {class: 'controls'}, h('span', {role: 'group', 'aria-label': 'Outcomes'}, boxes), h('label', {}, 'arm ', arms), h('label', {}, 'bug ', bugs), h('label', {}, 'search ', search)), count);
    const rows = h('div', {id: 'runs-rows', role: 'rowgroup'});
    const head = h('div', {id: 'runs-head', role: 'row'}, ['run', 'arm', 'outcome', 'wall', 'why'].map((t) => h('span', {role: 'columnheader'}, t)));
    const view = h('div', {id: 'runs-view', role: 'table', tabindex: 0, 'aria-label': 'Runs'}, head, rows);
    section.append(view);
    const HEIGHT = 28;
    let drawnFrom = -1; let drawnTo = -1;
    // Browsers end an element's height at some ten million pixels: beyond that rows are reached by the filters.
    const shown = () => Math.min(visible.length, 300000);
    const fill = (force) => {
      const from = Math.max(0, Math.floor(view.scrollTop / HEIGHT) - 10); const to = Math.min(shown(), from + Math.ceil(view.clientHeight / HEIGHT) + 25);
      if (!force && from === drawnFrom && to === drawnTo) return;
      drawnFrom = from; drawnTo = to;
      const drawn = [];
      for (let i = from; i < to; ++i) {
        const run = visible[i]; const outcome = outcomeOf(run);
        drawn.push(h('div', {role: 'row', style: `top:${i * HEIGHT}px`, 'aria-rowindex': i + 2}, h('span', {role: 'cell'}, String(runs.index[run])), h('span', {role: 'cell'}, armLabel(armById.get(runs.arm[run]))), h('span', {role: 'cell', class: outcome}, outcome), h('span', {role: 'cell'}, milliseconds(runs.wall_ms[run])), h('span', {role: 'cell', title: runs.reasons[runs.reason[run]]}, runs.reasons[runs.reason[run]])));
      }
      rows.replaceChildren(...drawn);
    };
    view.addEventListener('scroll', () => requestAnimationFrame(() => fill(false)));
    listeners.push(() => {
      arms.value = filter.arm === null ? '' : String(filter.arm); bugs.value = filter.signature === null ? '' : String(filter.signature);
      count.textContent = visible.length === runs.index.length ? plural(visible.length, 'run') : `${plural(visible.length, 'run')} of ${runs.index.length.toLocaleString('en')}`;
      rows.style.height = shown() * HEIGHT + 'px'; view.setAttribute('aria-rowcount', String(visible.length + 1)); view.scrollTop = 0; fill(true);
    });
  }

  // ---- origin ----
  function drawOrigin() {
    const facts = h('dl', {class: 'facts'});
    const add = (name, value) => facts.append(h('dt', {}, name), h('dd', {class: 'mono'}, String(value)));
    for (const [label, command] of data.commands) add(label, command);
    add('seed', data.campaign.seed);
    for (const [name, value] of Object.entries(data.campaign.machine)) add(name, value);
    byId('origin').append(facts);
  }

  drawMatrix(); drawBugs(); drawComparisons(); drawTimeline(); drawCurves(); drawRuns(); drawOrigin(); drawHead();
  listeners.unshift(select);
  changed();
  let resized = 0;
  addEventListener('resize', () => { clearTimeout(resized); resized = setTimeout(redrawCharts, 150); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
  document.documentElement.dataset.ready = 'true';
})();
