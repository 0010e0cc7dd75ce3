import { isProblem, LakehouseError } from '#base/errors.ts'

/** A failure of the file system as a {@link LakehouseError}; anything else unchanged. */
export function localProblem(error: unknown, action: 'list' | 'read' | 'write' | 'delete', path: string): unknown {
  if (isProblem(error) || !(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return new LakehouseError('notFound', action === 'list' ? `There is no folder ${path}.` : `There is no file ${path}.`, {
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LakehouseError('denied', `Cannot ${action} ${path}: access denied.`, {
        hint: 'Check the permissions of the file and of the folders above it.',
        cause: error,
      })
    case 'ENAMETOOLONG':
      return new LakehouseError('invalid', `Cannot ${action} ${path}: the name is too long for the file system.`, { cause: error })
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
      return new LakehouseError('exhausted', `Cannot ${action} ${path}: ${error.message}.`, { cause: error })
    case 'ABORT_ERR':
      return error
    default:
      return new LakehouseError('failed', `Cannot ${action} ${path}: ${error.message}.`, { cause: error })
  }
}
