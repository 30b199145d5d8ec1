// Enhancements only: every page works without this file.

/** Quick exit: end the session in the background, leave nothing to go back to. */
function quickExit(): void {
  const link = document.querySelector<HTMLAnchorElement>('[data-quick-exit]');
  if (!link) return;
  const leave = (event: Event) => {
    event.preventDefault();
    navigator.sendBeacon('/sign-out-now');
    document.body.hidden = true;
    window.location.replace(link.href);
  };
  link.addEventListener('click', leave);
  let presses = 0;
  let since = 0;
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Shift') return;
    const now = Date.now();
    presses = now - since < 2000 ? presses + 1 : 1;
    since = now;
    if (presses >= 3) leave(event);
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload();
  });
}

/** A form that somebody began is not lost by a stray click. */
function keepInput(): void {
  document.querySelectorAll<HTMLFormElement>('form[data-keep]').forEach((form) => {
    let dirty = false;
    form.addEventListener('input', () => (dirty = true));
    form.addEventListener('submit', () => (dirty = false));
    window.addEventListener('beforeunload', (event) => {
      if (dirty) event.preventDefault();
    });
  });
}

/** One submit is one write. */
function onceOnly(): void {
  document.querySelectorAll<HTMLFormElement>('form[method="post"]').forEach((form) => {
    form.addEventListener('submit', () => {
      window.setTimeout(() => form.querySelectorAll('button').forEach((button) => (button.disabled = true)), 0);
    });
  });
}

document.body.classList.add('js-enabled', 'govuk-frontend-supported');
quickExit();
keepInput();
onceOnly();
