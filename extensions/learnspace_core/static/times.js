// Shows each time in the reader's own zone and language, and counts days in it; without JavaScript the page shows UTC.
const page = document.documentElement.lang;
const locale = navigator.languages.find(one => one.split('-')[0] === page.split('-')[0]) ?? page;
const exact = new Intl.DateTimeFormat(locale, {
  weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit'
});
const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
for (const element of document.querySelectorAll('time[datetime]')) {
  const words = /^\d{4}-\d{2}$/.test(element.dateTime) ? month : exact;
  element.textContent = words.format(new Date(element.dateTime));
}
const dayOf = time => Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / 86400000;
for (const element of document.querySelectorAll('[data-until]')) {
  const days = Math.abs(dayOf(new Date(element.dataset.until)) - dayOf(new Date()));
  element.textContent = element.dataset.days.replace('{count}', days);
}
