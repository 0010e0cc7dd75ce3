/** In place of libraries that are loaded and never called in a bundle. */
export const Client = undefined
