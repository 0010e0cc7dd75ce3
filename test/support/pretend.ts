/** A fake in place of the whole interface; the test sees to it that no more of it is used. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the interface
export function pretend<T>(fake: object): T {
  // SAFETY: a member that is used and missing fails the test with a TypeError.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return fake as T
}
