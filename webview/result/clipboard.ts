/** Puts text on the clipboard from within a key or click: by a copy command, which works in every web view, else by the clipboard API. */
export async function copyText(text: string): Promise<void> {
  if (!copyByCommand(text)) await navigator.clipboard.writeText(text)
}

function copyByCommand(text: string): boolean {
  let isTaken = false
  const answer = (event: ClipboardEvent): void => {
    if (!event.clipboardData) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
    event.stopImmediatePropagation()
    isTaken = true
  }
  // Without a selection Chromium takes the command only where `beforecopy` is answered.
  document.addEventListener('beforecopy', allow, true)
  document.addEventListener('copy', answer, true)
  try {
    document.execCommand('copy')
  } finally {
    document.removeEventListener('beforecopy', allow, true)
    document.removeEventListener('copy', answer, true)
  }
  return isTaken
}

function allow(event: Event): void {
  event.preventDefault()
}
