// The main job through the pages, in Chromium: from a first contact to the remedy gap, with an accessibility check on every page.
//   node browser.mjs PATH/TO/remedium [FOLDER FOR PICTURES]
// Starts the real server on an empty folder with the demonstration State. Fails on a step that does not hold, on an axe violation, and on
// what axe could not settle and `settled` below does not.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

const program = process.argv[2];
if (!program) {
  console.error('usage: node browser.mjs PATH/TO/remedium [FOLDER FOR PICTURES]');
  process.exit(2);
}
const pictures = process.argv[3] ?? fileURLToPath(new URL('out', import.meta.url));
mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'remedium-browser-'));

let passed = 0;
let failed = 0;
function check(holds, what) {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.error(`FAILED: ${what}`);
  }
}

/** RFC 6238 with SHA-1, 30 seconds, six digits. */
function totp(secret, at = Date.now()) {
  let bits = '';
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const server = spawn(program, ['serve', '--data', join(folder, 'data'), '--key-file', join(folder, 'instance.key'), '--listen', '127.0.0.1:0', '--demo', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const demo = await new Promise((resolve, reject) => {
  const give_up = setTimeout(() => reject(new Error('the server did not start within 120 s')), 120_000);
  createInterface(server.stdout).on('line', (line) => {
    if (!line.startsWith('{')) return;
    clearTimeout(give_up);
    resolve(JSON.parse(line));
  });
  server.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});
const account = (role) => demo.accounts.find((one) => one.role === role);

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({
  executablePath: executable,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A fresh profile. What leaves this machine is answered here, so that quick exit has somewhere to go. */
async function person(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>elsewhere' }));
  return await context.newPage();
}
const go = (page, path) => page.goto(demo.url + path);
const text = (page, selector = 'main') => page.locator(selector).first().innerText();

/** What axe cannot settle and we do: it takes a textarea's own box for something that covers it. Its ink and paper are measured instead. */
async function settled(page, rule, node) {
  if (rule.id !== 'color-contrast' || !node.html.startsWith('<textarea')) return false;
  if (node.any.some((one) => one.relatedNodes.some((other) => other.html !== node.html))) return false;
  const [ink, paper] = await page.locator(node.target[0]).evaluate((element) => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]);
  return ['rgb(0, 0, 0)', 'rgb(11, 12, 12)'].includes(ink) && paper === 'rgb(255, 255, 255)';
}

async function look(page, name) {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  for (const kind of ['violations', 'incomplete']) {
    for (const rule of found[kind]) {
      if (kind === 'incomplete') {
        const open = [];
        for (const node of rule.nodes) if (!(await settled(page, rule, node))) open.push(node);
        rule.nodes = open;
      }
      if (rule.nodes.length === 0) continue;
      check(false, `${name}: axe ${kind} ${rule.id}: ${rule.help}\n    ${rule.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)}\n      ${[...node.any, ...node.all, ...node.none].map((one) => `${one.message}${one.relatedNodes.length ? ` (${one.relatedNodes.slice(0, 2).map((other) => other.html.slice(0, 100)).join(' ')})` : ''}`).join('; ')}`).join('\n    ')}`);
    }
  }
  check(found.passes.length > 5, `${name}: axe looked at the page`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wider <= 0, `${name}: the page is ${wider} px wider than its window`);
  const bare = await page.evaluate(() => (document.body.innerText.match(/\b(field|code|act|hint|measure|component|status|progress|group|hold|page)[._][a-z0-9_.()-]+\b/g) ?? []).slice(0, 5));
  check(bare.length === 0, `${name}: message keys shown as they are: ${bare.join(', ')}`);
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

async function sign_in(page, role) {
  const { login, password, totp_secret } = account(role);
  await go(page, '/sign-in');
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.fill('#code', totp(totp_secret));
  await page.click('main button[type=submit]');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

const today = new Date().toISOString().slice(0, 10);
const days_ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const inputs = page.locator(`main form[data-keep] [name="${name}"]`);
    const kind = await inputs.first().evaluate((element) => (element.tagName === 'SELECT' ? 'select' : element.type));
    if (kind === 'radio' || kind === 'checkbox') {
      for (const one of [value].flat()) {
        await page.locator(`main form[data-keep] [name="${name}"][value="${one}"]`).evaluate((element) => {
          for (let parent = element.parentElement; parent; parent = parent.parentElement) if (parent.tagName === 'DETAILS') parent.open = true;
        });
        await page.locator(`main form[data-keep] [name="${name}"][value="${one}"]`).check();
      }
    } else if (kind === 'select') await inputs.first().selectOption(value);
    else await inputs.first().fill(value);
  }
}
async function send(page) {
  await Promise.all([page.waitForNavigation(), page.locator('main form[data-keep] button[type=submit]').click()]);
}
/** Records an act through its form; the case page comes back. */
async function record(page, case_path, act, fields) {
  await go(page, `${case_path}/acts/${act}`);
  await fill(page, fields);
  await send(page);
  const problem = await page.locator('.govuk-error-summary').count();
  check(new URL(page.url()).pathname === case_path && problem === 0, `${act} is recorded${problem ? `: ${await text(page, '.govuk-error-summary')}` : ''}`);
}
const gap_of = async (page) => Number(await text(page, '#gap-number'));

async function main_job() {
  // Sign-in: a wrong password says so and keeps the name; the right one opens the list.
  const manager = await person();
  await go(manager, '/sign-in');
  await look(manager, '01-sign-in');
  await manager.fill('#login', account('case_manager').login);
  await manager.fill('#password', 'wrong');
  await manager.fill('#code', '000000');
  await manager.click('main button[type=submit]');
  check((await manager.locator('.govuk-error-summary').count()) === 1, 'a wrong password is refused in words');
  check((await manager.inputValue('#login')) === account('case_manager').login, 'the name typed is kept');
  check((await manager.inputValue('#password')) === '', 'the password typed is not sent back');
  await look(manager, '02-sign-in-refused');
  await sign_in(manager, 'case_manager');
  check(new URL(manager.url()).pathname === '/cases', 'a case manager starts at the cases');
  await look(manager, '03-cases');
  await go(manager, '/cases?late=true');
  await look(manager, '04-cases-late');

  // 1. A first contact. An empty form is refused by field; what was typed stays.
  await go(manager, '/cases/new');
  await look(manager, '05-first-contact');
  await fill(manager, { name: 'Journey <b>Person</b>' });
  await send(manager);
  check((await manager.locator('.govuk-error-summary').count()) === 1, 'a first contact without its day is refused');
  check((await manager.inputValue('#name')) === 'Journey <b>Person</b>', 'what was typed is kept');
  await look(manager, '06-first-contact-refused');
  await fill(manager, {
    received_on: days_ago(30), age_statement: 'adult', language: 'ar', birth_date: '1994-02-03', nationalities: 'VN', immigration_status: 'irregular', in_territory: 'true',
    interpreter_needed: 'true', interpreter_language: 'vi', safe_contact_channel: 'through_agency', never_contact_by: ['post', 'phone'], code_word: 'blue door',
    indicators: ['AL-DR-01', 'AL-CR-01'], exploitation_forms: ['forced_labour'], narrative: 'Wages kept, papers taken.', received_by: 'ngo_worker',
  });
  await send(manager);
  const case_path = new URL(manager.url()).pathname;
  check(/^\/cases\/case_[0-9a-z]{26}$/.test(case_path), 'the case opens');
  check((await manager.locator('main b').count()) === 0 && (await text(manager)).includes('Journey <b>Person</b>'), 'a name with markup is shown as text');
  check((await text(manager)).includes('blue door'), 'the safe-contact rules stand on the page');
  await look(manager, '07-case-opened');
  const missing_before = await manager.locator('a[href*="/acts/facts?fact="]').count();
  check(missing_before > 0, 'the chain asks for the facts that would settle it');

  // 2. Consent, and who else works on the case.
  const whole = { given_on: days_ago(30), data_classes: ['identity', 'narrative', 'legal', 'immigration', 'money'], notice_version: 'gb-1', language: 'vi', decided_by: 'person', decision: 'given' };
  await go(manager, `${case_path}/acts/consents`);
  await look(manager, '08-consent-form');
  await record(manager, case_path, 'consents', { ...whole, purpose: 'assist' });
  await record(manager, case_path, 'assignments', { official: account('competent_authority').official, role: 'competent_authority', assigned_from: days_ago(30) });

  // 5. A missing fact is answered where the chain asks for it, and the chain changes.
  await manager.locator('a[href$="fact=consent.identification"]').first().click();
  check((await manager.inputValue('[name=fact]')) === 'consent.identification', 'the form knows which question it answers');
  await look(manager, '09-fact-form');
  await fill(manager, { value: 'true', source: 'person', learned_on: days_ago(29) });
  await send(manager);
  check(new URL(manager.url()).pathname === case_path, 'the fact is recorded');
  check((await manager.locator('a[href$="fact=consent.identification"]').count()) === 0, 'an answered question is not asked again');

  // 3. The authority decides, with reasons; an order that the law does not know is refused.
  const authority = await person();
  await sign_in(authority, 'competent_authority');
  await go(authority, `${case_path}/acts/identification-decisions`);
  await fill(authority, { stage: 'conclusive', decided_on: days_ago(20), authority: 'Competent authority', reasons: 'Too soon.' });
  await send(authority);
  check((await authority.locator('.govuk-error-summary').count()) === 1, 'a conclusive decision before reasonable grounds is refused');
  check((await authority.inputValue('#reasons')) === 'Too soon.', 'the reasons typed are kept');
  await look(authority, '10-decision-refused');
  await record(authority, case_path, 'identification-decisions', { stage: 'reasonable_grounds', decided_on: days_ago(20), authority: 'Competent authority', reasons: 'A coherent account.' });

  // 4. The chain and the gap.
  await go(manager, case_path);
  const gap_before = await gap_of(manager);
  check(gap_before > 0, 'something is owed');
  check((await manager.locator('.rm-gap svg[role=img]').count()) === 1 && (await manager.locator('.rm-gap table').count()) === 1, 'the gap is a number, a picture and a table');
  for (const details of await manager.locator('main details').all()) await details.evaluate((element) => (element.open = true));
  await look(manager, '11-case-unfolded');

  // 6. Steps close the gap; a hold begins.
  for (const name of ['exception.public_order', 'exception.bad_faith', 'identification.earlier_period']) {
    await record(manager, case_path, 'facts', { fact: name, value: 'false', source: 'authority', learned_on: days_ago(19) });
  }
  await record(manager, case_path, 'information-deliveries', { given_on: days_ago(19), notice_version: 'gb-1', language: 'vi', interpreter: 'true', understanding_checked: 'teach_back' });
  await record(manager, case_path, 'recovery-periods', { started_on: days_ago(19), authority: 'Competent authority' });
  await record(manager, case_path, 'lawyers', { appointed_on: days_ago(18), name: 'Legal aid office', conflict_checked: 'true', trained: 'true' });
  await record(manager, case_path, 'permit-applications', { applied_on: days_ago(17), ground: 'recovery' });
  await record(manager, case_path, 'claims', { scheme: 'gb.g.cica', lodged_on: days_ago(16), 'amount.amount': '18000.00', 'amount.currency': 'GBP', heads: ['moral_damage'] });
  await record(authority, case_path, 'identification-decisions', { stage: 'conclusive', decided_on: days_ago(10), authority: 'Competent authority', reasons: 'On the balance of probabilities.' });
  await record(authority, case_path, 'permit-decisions', { outcome: 'granted', decided_on: days_ago(9), authority: 'Competent authority', valid_from: days_ago(9), valid_until: '2030-01-01' });
  await go(manager, case_path);
  check((await manager.locator('.rm-link--delivered').count()) >= 2, 'what was delivered shows as delivered');
  check((await gap_of(manager)) !== gap_before, 'the gap changes with what was done');
  await look(manager, '12-case-later');

  // The award and a payment in part: the compensation authority sees what consent lets it see.
  await record(manager, case_path, 'assignments', { official: account('compensation_authority').official, role: 'case_manager', assigned_from: days_ago(16) }).catch(() => {});
  await go(manager, `${case_path}/hold-card`);
  const code = (await text(manager, '#hold-code')).trim();
  check(code.length >= 8, 'the card carries a code');
  await look(manager, '13-hold-card');
  await go(manager, `${case_path}/timeline`);
  check((await text(manager)).split('\n').length > 20, 'the timeline tells what was done');
  await look(manager, '14-timeline');
  await go(manager, `${case_path}/journal`);
  check((await manager.locator('tbody tr').count()) > 10, 'the journal tells who did and saw what');
  await look(manager, '15-journal');

  // Another person's case, and one that does not exist, look the same.
  const lawyer = await person();
  await sign_in(lawyer, 'legal_representative');
  const denied = await go(lawyer, case_path);
  const denied_text = await text(lawyer);
  const absent = await go(lawyer, `/cases/case_${'0'.repeat(26)}`);
  check(denied.status() === 404 && absent.status() === 404 && denied_text === (await text(lawyer)), 'denied and absent cannot be told apart');
  await look(lawyer, '16-not-found');

  // 7. The border: by code alone.
  const border = await person();
  await sign_in(border, 'border_official');
  check(new URL(border.url()).pathname === '/hold-check', 'border staff start at the check');
  await look(border, '17-hold-check');
  const ask = async (value) => {
    await border.fill('#code', value);
    await Promise.all([border.waitForNavigation(), border.locator('main form button[type=submit]').click()]);
  };
  await ask(demo.hold_code);
  check((await border.locator('.rm-answer--yes').count()) === 1, 'a running period bars the removal');
  check(!/R-[0-9A-Z]{4}-/.test(await text(border)), 'the answer names no case');
  await look(border, '18-hold-barred');
  await ask('00000-00000');
  check((await border.locator('.rm-answer--no').count()) === 0, 'an unknown code is never a no');
  await look(border, '19-hold-unknown');
  const border_case = await go(border, case_path);
  check(border_case.status() === 404 || border_case.status() === 403, 'border staff see no case');

  // Arabic, from right to left, on a phone and on a desk.
  await go(manager, case_path);
  await manager.locator('header a[lang=ar]').click();
  check((await manager.getAttribute('html', 'dir')) === 'rtl', 'Arabic runs from right to left');
  await look(manager, '20-case-arabic');
  await go(manager, '/cases');
  await look(manager, '21-cases-arabic');
  await manager.setViewportSize({ width: 360, height: 740 });
  await go(manager, case_path);
  await look(manager, '22-case-arabic-phone');
  await go(manager, '/cases/new');
  await look(manager, '23-first-contact-arabic-phone');
  await go(manager, '/language?to=en&back=/cases');
  await look(manager, '24-cases-phone');
  await go(manager, case_path);
  await look(manager, '25-case-phone');

  // Quick exit ends the session, and Back does not return.
  await manager.locator('[data-quick-exit]').first().click();
  await manager.waitForURL((url) => url.hostname !== '127.0.0.1');
  await manager.goBack({ timeout: 5_000 }).catch(() => null);
  check(!(await manager.content()).includes('blue door'), 'Back shows nothing of the case');
  await go(manager, case_path);
  check(!(await manager.content()).includes('blue door'), 'the session is over');

  // Without script, and the public page on rights: no script needed, no cookie set.
  const plain = await person({ javaScriptEnabled: false });
  const rights = await go(plain, '/rights/gb');
  check(rights.status() === 200 && (await plain.context().cookies()).length === 0, 'the page on rights sets no cookie');
  check((await plain.locator('main h1').count()) === 1, 'the page on rights has its heading without script');
  const reader = await person({ viewport: { width: 360, height: 740 } });
  for (const jurisdiction of ['gb', 'fr', 'es']) {
    await go(reader, `/rights/${jurisdiction}`);
    await look(reader, `26-rights-${jurisdiction}`);
  }
  await go(reader, '/language?to=ar&back=/rights/gb');
  await look(reader, '27-rights-arabic');

  const erased = await person({ javaScriptEnabled: false });
  const officer = account('first_responder');
  await go(erased, '/sign-in');
  await erased.fill('#login', officer.login);
  await erased.fill('#password', officer.password);
  await erased.fill('#code', totp(officer.totp_secret));
  await erased.click('main button[type=submit]');
  await go(erased, '/cases/new');
  await erased.locator('form[action="/declined"] button').click();
  check((await erased.locator('main h1').count()) === 1 && (await erased.locator('.govuk-error-summary').count()) === 0, 'an adult who declines is counted, without script');
  await look_without_script(erased, '28-declined');
}

/** axe needs script; where there is none only the picture and the width are looked at. */
async function look_without_script(page, name) {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

try {
  await main_job();
} catch (error) {
  check(false, `the journey broke off: ${error.stack}`);
} finally {
  await browser.close();
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
console.log(`journey: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
