// A worker that does nothing but count time: the timers of a hidden page are rounded to a second, a worker's
// are not.
// A file of its own, because the page's policy allows no workers made of text.

onmessage = ({ data: { id, ms } }) => setTimeout(() => postMessage(id), ms)
