import type { RunState } from '#protocol/run.ts'
import type { AxisKind } from '../shared/chart/chartData.ts'
import type { Tab } from './savedState.ts'

/** Every text of the page of a run. */
export interface RunStrings {
  readonly language: string
  readonly tabs: Readonly<Record<Tab, string>>
  readonly tabList: string
  readonly states: Readonly<Record<RunState, string>>
  readonly deleted: string
  readonly opening: string
  readonly failed: string
  readonly retry: string
  readonly stale: (why: string) => string
  readonly refresh: string
  readonly openInMlflow: string
  readonly copyRunId: string
  readonly copied: string
  readonly copyFailed: (why: string) => string
  readonly facts: {
    readonly runId: string
    readonly experiment: string
    readonly state: string
    readonly started: string
    readonly ended: string
    readonly duration: string
    readonly user: string
    readonly source: string
    readonly commit: string
    readonly artifacts: string
    readonly server: string
    readonly note: string
  }
  readonly entries: {
    readonly name: string
    readonly value: string
    readonly filter: string
    readonly clear: string
    readonly copy: (name: string) => string
    readonly empty: string
    readonly noParams: string
    readonly noTags: string
    readonly noMatch: string
    readonly showAll: (characters: string) => string
    readonly showLess: string
    readonly shown: (shown: string, all: string) => string
  }
  readonly metrics: {
    readonly none: string
    readonly noneHint: string
    readonly view: string
    readonly charts: string
    readonly values: string
    readonly axis: string
    readonly axes: Readonly<Record<AxisKind, string>>
    readonly step: string
    readonly time: string
    readonly loading: string
    readonly oneValue: string
    readonly nothingDrawn: string
    readonly showTable: string
    readonly hideTable: string
    readonly tableOf: (metric: string) => string
    readonly copyAll: string
    readonly copiedAll: (points: string) => string
    readonly resetZoom: string
    readonly sampled: (points: string) => string
    readonly sampledZoomed: (points: string) => string
    readonly chart: (metric: string, facts: { readonly points: string; readonly from: string; readonly to: string }) => string
    readonly range: (lowest: string, highest: string, last: string) => string
    readonly point: (x: string, value: string) => string
    readonly infinite: string
  }
  readonly artifacts: {
    readonly tree: string
    readonly none: string
    readonly emptyFolder: string
    readonly loading: string
    readonly more: string
  }
}

const english: RunStrings = {
  language: 'en',
  tabs: { overview: 'Overview', metrics: 'Metrics', params: 'Parameters', tags: 'Tags', artifacts: 'Artifacts' },
  tabList: 'Parts of the run',
  states: { running: 'Running', scheduled: 'Scheduled', finished: 'Finished', failed: 'Failed', killed: 'Killed', unknown: 'Unknown' },
  deleted: 'deleted',
  opening: 'Loading the run…',
  failed: 'This run could not be shown',
  retry: 'Retry',
  stale: why => `Not up to date: ${why}`,
  refresh: 'Refresh',
  openInMlflow: 'Open in MLflow',
  copyRunId: 'Copy run ID',
  copied: 'Copied.',
  copyFailed: why => `Not copied: ${why}`,
  facts: {
    runId: 'Run ID',
    experiment: 'Experiment',
    state: 'State',
    started: 'Started',
    ended: 'Ended',
    duration: 'Duration',
    user: 'User',
    source: 'Source',
    commit: 'Git commit',
    artifacts: 'Artifacts',
    server: 'Tracking URI',
    note: 'Description',
  },
  entries: {
    name: 'Name',
    value: 'Value',
    filter: 'Filter by name or value',
    clear: 'Clear the filter',
    copy: name => `Copy the value of ${name}`,
    empty: 'empty',
    noParams: 'No parameters were logged',
    noTags: 'There are no tags',
    noMatch: 'Nothing matches the filter',
    showAll: characters => `Show all ${characters} characters`,
    showLess: 'Show less',
    shown: (shown, all) => `${shown} of ${all}`,
  },
  metrics: {
    none: 'No metrics were logged',
    noneHint: 'mlflow.log_metric("loss", value, step=step) logs one.',
    view: 'Show',
    charts: 'Charts',
    values: 'Latest values',
    axis: 'X axis',
    axes: { step: 'Step', time: 'Time', relative: 'Relative time' },
    step: 'Step',
    time: 'Time',
    loading: 'Loading…',
    oneValue: 'One value',
    nothingDrawn: 'None of the values is a finite number',
    showTable: 'Show table',
    hideTable: 'Hide table',
    tableOf: metric => `Values of ${metric}`,
    copyAll: 'Copy all values',
    copiedAll: points => `Copied ${points} values.`,
    resetZoom: 'Show all steps',
    sampled: points => `${points} points chosen by the server. Drag over a part to see it in full.`,
    sampledZoomed: points => `${points} points chosen by the server in this part.`,
    chart: (metric, { points, from, to }) => `${metric}: ${points} points from ${from} to ${to}`,
    range: (lowest, highest, last) => `lowest ${lowest}, highest ${highest}, last ${last}`,
    point: (x, value) => `${x}: ${value}`,
    infinite: 'MLflow keeps an infinity as the largest number',
  },
  artifacts: {
    tree: 'Artifacts',
    none: 'No artifacts were logged',
    emptyFolder: 'Empty',
    loading: 'Loading…',
    more: 'Load more…',
  },
}

const brazilian: RunStrings = {
  language: 'pt-BR',
  tabs: { overview: 'Visão geral', metrics: 'Métricas', params: 'Parâmetros', tags: 'Tags', artifacts: 'Artefatos' },
  tabList: 'Partes da execução',
  states: {
    running: 'Em execução',
    scheduled: 'Agendada',
    finished: 'Concluída',
    failed: 'Falhou',
    killed: 'Encerrada',
    unknown: 'Desconhecido',
  },
  deleted: 'excluída',
  opening: 'Carregando a execução…',
  failed: 'Não foi possível mostrar esta execução',
  retry: 'Tentar de novo',
  stale: why => `Desatualizada: ${why}`,
  refresh: 'Atualizar',
  openInMlflow: 'Abrir no MLflow',
  copyRunId: 'Copiar ID da execução',
  copied: 'Copiado.',
  copyFailed: why => `Não copiado: ${why}`,
  facts: {
    runId: 'ID da execução',
    experiment: 'Experimento',
    state: 'Estado',
    started: 'Início',
    ended: 'Fim',
    duration: 'Duração',
    user: 'Usuário',
    source: 'Origem',
    commit: 'Commit do Git',
    artifacts: 'Artefatos',
    server: 'URI de rastreamento',
    note: 'Descrição',
  },
  entries: {
    name: 'Nome',
    value: 'Valor',
    filter: 'Filtrar por nome ou valor',
    clear: 'Limpar o filtro',
    copy: name => `Copiar o valor de ${name}`,
    empty: 'vazio',
    noParams: 'Nenhum parâmetro foi registrado',
    noTags: 'Não há tags',
    noMatch: 'Nada atende ao filtro',
    showAll: characters => `Mostrar todos os ${characters} caracteres`,
    showLess: 'Mostrar menos',
    shown: (shown, all) => `${shown} de ${all}`,
  },
  metrics: {
    none: 'Nenhuma métrica foi registrada',
    noneHint: 'mlflow.log_metric("loss", valor, step=passo) registra uma.',
    view: 'Mostrar',
    charts: 'Gráficos',
    values: 'Últimos valores',
    axis: 'Eixo X',
    axes: { step: 'Passo', time: 'Hora', relative: 'Tempo relativo' },
    step: 'Passo',
    time: 'Hora',
    loading: 'Carregando…',
    oneValue: 'Um valor',
    nothingDrawn: 'Nenhum dos valores é um número finito',
    showTable: 'Mostrar tabela',
    hideTable: 'Ocultar tabela',
    tableOf: metric => `Valores de ${metric}`,
    copyAll: 'Copiar todos os valores',
    copiedAll: points => `${points} valores copiados.`,
    resetZoom: 'Mostrar todos os passos',
    sampled: points => `${points} pontos escolhidos pelo servidor. Arraste sobre uma parte para vê-la por inteiro.`,
    sampledZoomed: points => `${points} pontos escolhidos pelo servidor nesta parte.`,
    chart: (metric, { points, from, to }) => `${metric}: ${points} pontos de ${from} a ${to}`,
    range: (lowest, highest, last) => `menor ${lowest}, maior ${highest}, último ${last}`,
    point: (x, value) => `${x}: ${value}`,
    infinite: 'O MLflow guarda um infinito como o maior número',
  },
  artifacts: {
    tree: 'Artefatos',
    none: 'Nenhum artefato foi registrado',
    emptyFolder: 'Vazia',
    loading: 'Carregando…',
    more: 'Carregar mais…',
  },
}

/** The texts for a language tag such as `pt-br`. */
export function runStringsFor(language: string): RunStrings {
  return /^pt\b/i.test(language) ? brazilian : english
}
