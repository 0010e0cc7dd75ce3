/** The editor and the tests run Node 22; a terminal may have Node 20, which lacks what our code takes for granted. */
export function supportNode20(): void {
  if ('withResolvers' in Promise) return
  // The AWS client would say on the standard error that its releases of 2027 need Node 22.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: <T>() => {
      let resolve: ((value: T) => void) | undefined
      let reject: ((reason: unknown) => void) | undefined
      const promise = new Promise<T>((onResolve, onReject) => {
        resolve = onResolve
        reject = onReject
      })
      return { promise, resolve, reject }
    },
  })
}
