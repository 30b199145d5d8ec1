// The main job through the API alone, on the real program and an empty folder: steps 1 to 8, and the refusals on the way.
//   node test/journeys/main_job.mjs PROGRAM
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [program] = process.argv.slice(2);
if (!program) throw new Error('usage: node main_job.mjs PROGRAM');
const folder = mkdtempSync(join(tmpdir(), 'remedium-main-job-'));
const data = join(folder, 'data');
const server = spawn(program, ['serve', '--data', data, '--key-file', join(folder, 'keys', 'k.key'), '--listen', '127.0.0.1:0', '--demo', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
const demo = await new Promise((resolve, reject) => {
  let text = '';
  server.stdout.on('data', (chunk) => {
    text += chunk;
    if (text.includes('\n')) resolve(JSON.parse(text));
  });
  server.on('exit', () => reject(new Error('the server did not start')));
});

let passed = 0;
let failed = 0;
function check(holds, what) {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED: ${what}`);
  }
}
async function call(token, method, path, body, headers = {}) {
  const response = await fetch(demo.url + path, { method, headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}
async function signIn(login) {
  const account = demo.accounts.find((one) => one.login === login);
  const code = execFileSync(program, ['totp', account.totp_secret]).toString().trim();
  const answer = await call(null, 'POST', '/api/v1/sessions', { login, password: account.password, code });
  check(answer.status === 201, `${login} signs in`);
  const again = await call(null, 'POST', '/api/v1/sessions', { login, password: account.password, code });
  check(again.status === 401, `a code is used once (${login})`);
  return answer.json.token;
}
const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
const official = (login) => demo.accounts.find((one) => one.login === login).official;
const link = (answer, id) => answer.json.chain.find((one) => one.id === id);

try {
  const manager = await signIn('casemanager');
  const authority = await signIn('authority');
  const compensation = await signIn('compensation');
  const border = await signIn('border');

  // bad input: a clear error that names field and rule, and nothing written
  const bad = [
    [{ received_on: day(40), age_statement: 'adult', language: 'vi', nickname: 'x' }, 'unknown_key', 'nickname'],
    [{ received_on: 5, age_statement: 'adult', language: 'vi' }, 'bad_date', 'received_on'],
    [{ received_on: '2024-02-30', age_statement: 'adult', language: 'vi' }, 'bad_date', 'received_on'],
    [{ received_on: day(40), age_statement: 'old', language: 'vi' }, 'unknown_code', 'age_statement'],
    [{ received_on: day(40), age_statement: 'child', birth_date: day(10), language: 'vi' }, 'facts_contradict', 'birth_date'],
    [{ received_on: day(-3), age_statement: 'adult', language: 'vi' }, 'day_in_future', 'received_on'],
    [{ received_on: day(40), age_statement: 'adult' }, 'missing', 'language'],
  ];
  for (const [body, code, field] of bad) {
    const answer = await call(manager, 'POST', '/api/v1/cases', body);
    check(answer.status === 400 && answer.json.code === code && answer.json.field === field && answer.json.next, `${code} at ${field}: ${answer.text.slice(0, 120)}`);
  }
  check((await call(null, 'GET', '/api/v1/cases')).status === 401, 'nobody lists cases without signing in');

  // 1. a case from a first contact; a retry is exactly once
  const contact = { received_on: day(40), age_statement: 'adult', birth_date: '1994-03-05', language: 'vi', name: 'Linh Trần', nationalities: ['VN'], immigration_status: 'irregular', in_territory: true, safe_contact_channel: 'phone', never_contact_by: ['post'], indicators: ['AL-DR-01'], exploitation_forms: ['domestic_servitude'] };
  const opened = await call(manager, 'POST', '/api/v1/cases', contact, { 'Idempotency-Key': 'one' });
  check(opened.status === 201, `the case opens: ${opened.text.slice(0, 200)}`);
  const retried = await call(manager, 'POST', '/api/v1/cases', contact, { 'Idempotency-Key': 'one' });
  check(retried.json.case === opened.json.case && retried.json.replayed, 'a retry is the same case');
  check((await call(manager, 'POST', '/api/v1/cases', { ...contact, language: 'en' }, { 'Idempotency-Key': 'one' })).status === 409, 'a key for another body is refused');
  const base = `/api/v1/cases/${opened.json.case}`;
  const act = (token, resource, body, headers) => call(token, 'POST', `${base}/${resource}`, body, headers);
  check((await call(authority, 'GET', base)).status === 404, 'without an assignment there is no such case');
  check((await call(border, 'GET', base)).status === 404, 'a border official sees no case');
  const found = await call(manager, 'GET', '/api/v1/cases?name=' + encodeURIComponent('Lin Tran'));
  check(found.json.items.some((one) => one.case === opened.json.case), 'found by a misspelt name');

  // 2. consent; 3. identification, with consent and by the authority alone
  const assigned = await act(manager, 'assignments', { official: official('authority'), role: 'competent_authority', assigned_from: day(40) });
  check(assigned.status === 201, `assigned: ${assigned.text}`);
  const decision = { stage: 'reasonable_grounds', decided_on: day(35), authority: 'Competent authority', reasons: 'A coherent account.' };
  const early = await act(authority, 'identification-decisions', decision);
  check(early.status === 422 && early.json.code === 'no_consent' && early.json.rule.includes('4(b)'), 'no identification without consent');
  check((await act(manager, 'identification-decisions', decision)).status === 403, 'a case manager does not decide');
  check((await act(manager, 'facts', { fact: 'consent.identification', value: 'true', source: 'person', learned_on: day(38) })).status === 201, 'the person agrees');
  check((await act(manager, 'consents', { purpose: 'legal_claim', decision: 'given', given_on: day(38), recipient: '', data_classes: ['identity'], notice_version: 'gb-1', language: 'vi', decided_by: 'person' })).status === 201, 'consent is recorded');
  check((await act(authority, 'identification-decisions', decision)).status === 201, 'reasonable grounds');

  // two officials at once: the second learns of it and nothing is lost
  const read = await call(manager, 'GET', base);
  const etag = read.headers.get('etag');
  check((await act(manager, 'information-deliveries', { given_on: day(34), notice_version: 'gb-1', language: 'vi', understanding_checked: 'teach_back' }, { 'If-Match': etag })).status === 201, 'the first write on this version');
  const second = await act(manager, 'lawyers', { appointed_on: day(33), name: 'Legal aid office', conflict_checked: true }, { 'If-Match': etag });
  check(second.status === 409 && second.json.code === 'version_conflict', 'the second is told of the newer version');

  // 4. the chain; 5. an answer changes it
  const before = await call(manager, 'GET', base);
  check(link(before, 'gb.d.recovery-period').status === 'entitled' && link(before, 'gb.d.recovery-period').provisions.length > 0, 'the recovery period is owed, and cited');
  check(link(before, 'gb.g.cica').status === 'unknown' && link(before, 'gb.g.cica').missing.length > 0, 'what is unknown says what would settle it');
  const reasons = await call(manager, 'GET', `${base}/entitlements/gb.g.cica/reasons`);
  check(reasons.json.reasons.children.length > 3, 'the reasons are a tree');
  await act(manager, 'facts', { fact: 'exploitation.violence_or_threat', value: 'false', source: 'person', learned_on: day(30) });
  const after = await call(manager, 'GET', base);
  check(after.json.chain.find((one) => one.id === 'gb.g.cica').status === 'not_entitled', 'an answer changes the chain');
  await act(manager, 'facts', { fact: 'exploitation.violence_or_threat', value: 'true', source: 'person', learned_on: day(29) });
  const replay = await call(manager, 'GET', `${base}?on=2022-12-12`);
  check(replay.json.on === '2022-12-12', 'the law of another day');

  // 6. steps
  const period = await act(manager, 'recovery-periods', { started_on: day(35), authority: 'Competent authority' });
  check(period.status === 201 && period.json.hold_code, 'the recovery period begins, and a hold with it');
  check((await act(manager, 'recovery-periods', { started_on: day(34), authority: 'x' })).json.code === 'already_running', 'it begins once');
  const ending = { ground: 'no_cooperation', decided_on: day(2), decided_by: 'Authority', reasons: 'x', notified_on: day(1) };
  check((await act(authority, 'recovery-period-ends', ending)).json.code === 'ground_not_listed', 'it ends early only on a listed ground');
  check((await act(manager, 'lawyers', { appointed_on: day(33), name: 'Legal aid office', conflict_checked: true })).status === 201, 'a lawyer');
  check((await act(manager, 'permit-applications', { applied_on: day(30), ground: 'recovery' })).status === 201, 'a permit is applied for');
  check((await act(authority, 'permit-decisions', { outcome: 'refused', decided_on: day(9), authority: 'A' })).json.code === 'reasons_needed', 'a refusal needs reasons');
  check((await act(authority, 'permit-decisions', { outcome: 'granted', decided_on: day(9), authority: 'A', valid_from: day(9), valid_until: day(-300) })).status === 201, 'and decided');
  check((await act(manager, 'claims', { scheme: 'gb.g.cica', lodged_on: day(28), amount: { amount: '5000.00', currency: 'GBP' } })).status === 201, 'a claim');
  // the compensation authority needs the person's consent for this agency, purpose and these classes
  const agencies = await call(manager, 'GET', '/api/v1/agencies');
  const authorityOfClaims = agencies.json.items.find((one) => one.kind === 'compensation').agency;
  await act(manager, 'assignments', { official: official('compensation'), role: 'case_manager', assigned_from: day(28) });
  check((await call(compensation, 'GET', base)).status === 404, 'an assignment without consent opens nothing');
  await act(manager, 'consents', { purpose: 'legal_claim', decision: 'given', given_on: day(28), recipient: authorityOfClaims, data_classes: ['identity', 'legal', 'money'], notice_version: 'gb-1', language: 'vi', decided_by: 'person' });
  const narrow = await call(compensation, 'GET', base);
  check(narrow.status === 200 && !narrow.text.includes('narrative":') && !('safe_contact_channel' in narrow.json.first_contact), 'with consent, the classes consented to and no others');
  check((await act(compensation, 'awards', { scheme: 'gb.g.cica', decided_on: day(5), outcome: 'awarded', authority: 'CICA', amount: { amount: '4000.00', currency: 'GBP' } })).status === 201, 'an award');
  check((await act(compensation, 'payments', { scheme: 'gb.g.cica', paid_on: day(1), amount: { amount: '4000.01', currency: 'GBP' }, safe_channel: true })).json.code === 'more_than_awarded', 'never more than awarded');
  check((await act(compensation, 'payments', { scheme: 'gb.g.cica', paid_on: day(1), amount: { amount: '1500.00', currency: 'GBP' }, safe_channel: true })).status === 201, 'a payment in part');
  const paid = await call(manager, 'GET', base);
  check(link(paid, 'gb.g.cica').progress === 'partly_delivered' && paid.json.outstanding[0].amount === '2500.00', 'what is outstanding, to the penny');
  check((await act(manager, 'consent-withdrawals', { purpose: 'legal_claim', recipient: authorityOfClaims, withdrawn_on: day(0) })).status === 201, 'consent is withdrawn');
  check((await call(compensation, 'GET', base)).status === 404, 'and the next read is refused');

  // 7. the border post
  const hold = await call(border, 'POST', '/api/v1/hold-checks', { code: period.json.hold_code.toUpperCase() });
  check(hold.json.answer.barred === 'yes' && hold.json.answer.until_at_least, 'removal is barred, at least until');
  check(Object.keys(hold.json.answer).every((key) => ['barred', 'until', 'until_at_least', 'as_of', 'code', 'issued_by'].includes(key)), 'and nothing else is told');
  const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(hold.json.public_key, 'base64')]), format: 'der', type: 'spki' });
  check(verify(null, Buffer.from(hold.json.signed_text), key, Buffer.from(hold.json.signature, 'base64')), 'the signature is good');
  check((await call(manager, 'POST', '/api/v1/hold-checks', { code: period.json.hold_code })).status === 403, 'hold checks are the border official’s');

  // an adult who refuses: erased, and counted
  const counted = await call(manager, 'POST', '/api/v1/declined-identifications');
  check(counted.status === 201, 'a refusal is counted');
  const other = await call(manager, 'POST', '/api/v1/cases', { received_on: day(3), age_statement: 'adult', birth_date: '1990-01-01', language: 'en', name: 'Canary Zebrafinch' });
  check((await call(manager, 'POST', `/api/v1/cases/${other.json.case}/identification-refusals`, { refused_on: day(1), confirmed_with_person: true })).status === 201, 'an adult refuses identification');
  check((await call(manager, 'GET', `/api/v1/cases/${other.json.case}`)).status === 404, 'nothing is left to read');
  check((await call(manager, 'GET', '/api/v1/declined-identifications')).json.items.reduce((sum, one) => sum + one.count, 0) === 2, 'two are counted');

  // 8. timeline, journal, proof
  check((await call(manager, 'GET', `${base}/timeline`)).json.items.length >= 15, 'the timeline');
  const journal = await call(manager, 'GET', `${base}/journal`);
  for (const action of ['act.first-contacts', 'case.read', 'hold.checked', 'refused.identification-decisions']) check(journal.json.items.some((one) => one.entry.action === action), `the journal has ${action}`);
  check(spawnSync(program, ['ledger', 'verify', '--data', data]).status === 0, 'the ledger verifies while the server runs');
  const openapi = await call(null, 'GET', '/api/openapi.json');
  check(openapi.json.openapi === '3.1.0' && openapi.json.paths['/api/v1/cases/{case}/consents'], 'the API describes itself');
} catch (error) {
  failed += 1;
  console.log(error);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.on('exit', resolve));
}

// one byte of the journal changed, and the proof fails; what was typed is nowhere in clear
const file = join(data, 'remedium.db');
const bytes = readFileSync(file);
check(spawnSync(program, ['ledger', 'verify', '--data', data]).status === 0, 'the ledger verifies when stopped');
for (const secret of ['Linh Tr', 'Canary Zebrafinch', 'Legal aid office']) {
  for (const name of ['remedium.db', 'remedium.db-wal', 'keys.db', 'keys.db-wal']) {
    if (existsSync(join(data, name))) check(!readFileSync(join(data, name)).includes(secret), `"${secret}" is nowhere in ${name}`);
  }
}
const at = bytes.lastIndexOf('act.first-contacts');
check(at > 0, 'the journal is in the file');
bytes[at + 5] ^= 1;
writeFileSync(file, bytes);
check(spawnSync(program, ['ledger', 'verify', '--data', data]).status === 1, 'one changed byte is found');
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
