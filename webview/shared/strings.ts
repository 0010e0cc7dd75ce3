import type { ReadProgress } from '#base/progress.ts'

/** Every text of the pages. A page speaks the language of its document (`<html lang>`), English where it has none of ours. */
export interface Strings {
  readonly language: string
  readonly grid: {
    readonly label: (table: string) => string
    readonly rowNumber: string
    readonly empty: string
    readonly resizeHint: string
    readonly loading: string
    readonly notLoaded: string
    readonly copiedOne: string
    readonly copied: (rows: string, cells: string) => string
    readonly copiedPart: (rows: string) => string
    readonly copyFailed: (why: string) => string
    readonly width: (column: string, pixels: string) => string
    readonly selected: (rows: string, columns: string) => string
    readonly loadFailed: (why: string) => string
    readonly retry: string
  }
  readonly detail: {
    readonly label: (column: string) => string
    readonly close: string
    readonly copy: string
    readonly place: (row: string) => string
    readonly characters: (count: string) => string
    readonly bytes: (count: string) => string
    readonly cut: (shown: string, all: string) => string
  }
  readonly preview: {
    readonly copyLocation: string
    readonly locationCopied: string
    readonly version: (version: string) => string
    readonly newest: string
    readonly chooseVersion: string
    readonly versions: string
    readonly olderVersions: string
    readonly unreadable: string
    readonly rows: (count: string) => string
    readonly rowsAtLeast: (count: string) => string
    readonly loading: (table: string) => string
    readonly noRows: (version: string) => string
    readonly noRowsHint: string
    readonly failed: string
    readonly unsupported: string
    readonly retry: string
    readonly partitionedBy: (columns: string) => string
    readonly reading: string
    readonly readingStage: Readonly<Record<ReadProgress['stage'], string>>
    readonly readSoFar: (read: string, all: string, unit: ReadProgress['unit']) => string
    readonly cancel: string
    readonly cancelled: string
    readonly tryAgain: string
  }
  readonly filter: {
    readonly label: string
    readonly clear: string
    readonly hint: string
    readonly noRows: string
    readonly matching: (count: string) => string
    readonly matchingAtLeast: (count: string) => string
  }
  readonly result: {
    readonly label: string
    readonly rows: (count: string, isOne: boolean) => string
    readonly noRows: string
    readonly cutAt: (limit: string) => string
    readonly moreBy: (setting: string) => string
    readonly unreadable: string
    readonly unreadableHint: string
  }
}

const english: Strings = {
  language: 'en',
  grid: {
    label: table => `Rows of ${table}`,
    rowNumber: 'Row number',
    empty: 'empty',
    resizeHint: 'Alt+Left and Alt+Right change the width.',
    loading: 'Loading…',
    notLoaded: 'not loaded',
    copiedOne: 'Value copied.',
    copied: (rows, cells) => `Copied ${cells} cells of ${rows} rows.`,
    copiedPart: rows => `The selection is too large to copy at once: copied its first ${rows} rows.`,
    copyFailed: why => `Not copied: ${why}`,
    width: (column, pixels) => `${column}: ${pixels} pixels wide`,
    selected: (rows, columns) => `${rows} × ${columns} selected`,
    loadFailed: why => `Rows could not be loaded. ${why}`,
    retry: 'Retry',
  },
  detail: {
    label: column => `Value of ${column}`,
    close: 'Close',
    copy: 'Copy value',
    place: row => `row ${row}`,
    characters: count => `${count} characters`,
    bytes: count => `${count} bytes`,
    cut: (shown, all) => `The first ${shown} of ${all} characters. Copy takes all of them.`,
  },
  preview: {
    copyLocation: 'Copy location',
    locationCopied: 'Location copied.',
    version: version => `Version ${version}`,
    newest: 'newest',
    chooseVersion: 'Choose version',
    versions: 'Versions',
    olderVersions: 'Loading older versions…',
    unreadable: 'no longer readable',
    rows: count => (count === '1' ? '1 row' : `${count} rows`),
    rowsAtLeast: count => `${count}+ rows`,
    loading: table => `Loading ${table}…`,
    noRows: version => `Version ${version} has no rows`,
    noRowsHint: 'Its columns are shown above.',
    failed: 'This table could not be shown',
    unsupported: 'This table needs a feature that is not supported yet',
    retry: 'Retry',
    partitionedBy: columns => `Partitioned by ${columns}`,
    reading: 'Reading the table…',
    readingStage: { log: 'Reading the log', files: 'Reading the list of files', rows: 'Reading rows' },
    readSoFar: (read, all, unit) => (unit === 'files' ? `${read} of ${all} files` : `${read} of ${all}`),
    cancel: 'Cancel',
    cancelled: 'Reading was cancelled',
    tryAgain: 'Try again',
  },
  filter: {
    label: 'Filter rows',
    clear: 'Clear the filter',
    hint: 'Enter applies, Escape clears.',
    noRows: 'No row meets the filter',
    matching: count => (count === '1' ? '1 matching row' : `${count} matching rows`),
    matchingAtLeast: count => `at least ${count} matching rows`,
  },
  result: {
    label: 'Result',
    rows: (count, isOne) => (isOne ? '1 row' : `${count} rows`),
    noRows: 'No rows',
    cutAt: limit => `cut at ${limit}`,
    moreBy: setting => `There are more rows. The setting ${setting} allows more.`,
    unreadable: 'This result cannot be shown',
    unreadableHint: 'Run the cell again to get its rows back.',
  },
}

const brazilian: Strings = {
  language: 'pt-BR',
  grid: {
    label: table => `Linhas de ${table}`,
    rowNumber: 'Número da linha',
    empty: 'vazio',
    resizeHint: 'Alt+Esquerda e Alt+Direita mudam a largura.',
    loading: 'Carregando…',
    notLoaded: 'não carregada',
    copiedOne: 'Valor copiado.',
    copied: (rows, cells) => `${cells} células de ${rows} linhas copiadas.`,
    copiedPart: rows => `A seleção é grande demais para copiar de uma vez: copiadas as primeiras ${rows} linhas.`,
    copyFailed: why => `Não copiado: ${why}`,
    width: (column, pixels) => `${column}: ${pixels} pixels de largura`,
    selected: (rows, columns) => `${rows} × ${columns} selecionadas`,
    loadFailed: why => `Não foi possível carregar linhas. ${why}`,
    retry: 'Tentar de novo',
  },
  detail: {
    label: column => `Valor de ${column}`,
    close: 'Fechar',
    copy: 'Copiar valor',
    place: row => `linha ${row}`,
    characters: count => `${count} caracteres`,
    bytes: count => `${count} bytes`,
    cut: (shown, all) => `Os primeiros ${shown} de ${all} caracteres. Copiar leva todos.`,
  },
  preview: {
    copyLocation: 'Copiar localização',
    locationCopied: 'Localização copiada.',
    version: version => `Versão ${version}`,
    newest: 'mais recente',
    chooseVersion: 'Escolher versão',
    versions: 'Versões',
    olderVersions: 'Carregando versões anteriores…',
    unreadable: 'não pode mais ser lida',
    rows: count => (count === '1' ? '1 linha' : `${count} linhas`),
    rowsAtLeast: count => `${count}+ linhas`,
    loading: table => `Carregando ${table}…`,
    noRows: version => `A versão ${version} não tem linhas`,
    noRowsHint: 'As colunas estão acima.',
    failed: 'Não foi possível mostrar esta tabela',
    unsupported: 'Esta tabela precisa de um recurso ainda não suportado',
    retry: 'Tentar de novo',
    partitionedBy: columns => `Particionada por ${columns}`,
    reading: 'Lendo a tabela…',
    readingStage: { log: 'Lendo o log', files: 'Lendo a lista de arquivos', rows: 'Lendo linhas' },
    readSoFar: (read, all, unit) => (unit === 'files' ? `${read} de ${all} arquivos` : `${read} de ${all}`),
    cancel: 'Cancelar',
    cancelled: 'A leitura foi cancelada',
    tryAgain: 'Tentar de novo',
  },
  filter: {
    label: 'Filtrar linhas',
    clear: 'Limpar o filtro',
    hint: 'Enter aplica, Escape limpa.',
    noRows: 'Nenhuma linha atende ao filtro',
    matching: count => (count === '1' ? '1 linha atende ao filtro' : `${count} linhas atendem ao filtro`),
    matchingAtLeast: count => `pelo menos ${count} linhas atendem ao filtro`,
  },
  result: {
    label: 'Resultado',
    rows: (count, isOne) => (isOne ? '1 linha' : `${count} linhas`),
    noRows: 'Nenhuma linha',
    cutAt: limit => `cortado em ${limit}`,
    moreBy: setting => `Há mais linhas. A configuração ${setting} permite mais.`,
    unreadable: 'Não é possível mostrar este resultado',
    unreadableHint: 'Execute a célula de novo para ter as linhas de volta.',
  },
}

/** The texts for a language tag such as `pt-br`. */
export function stringsFor(language: string): Strings {
  return /^pt\b/i.test(language) ? brazilian : english
}

/** `12,345` in the language of the texts. */
export function countText(count: number, { language }: Strings): string {
  return count.toLocaleString(language)
}
