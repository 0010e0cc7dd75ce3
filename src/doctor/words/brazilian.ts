import { unreachable } from '#base/unreachable.ts'
import type { DiskUse, FindingFacts, PortHolder } from '#doctor/finding.ts'
import { anyOf } from '#doctor/versions.ts'
import { triedText, type Language } from './wording.ts'

export const brazilian: Language = {
  findings: {
    engineDenied: ({ address, group }) => ({
      title: 'Você não pode usar o motor de contêineres.',
      evidence: `O acesso a ${address} é negado${group === null ? '' : `; ele pertence ao grupo ${group}`}.`,
      explanation: 'Há um motor de contêineres em execução, mas só os membros do seu grupo podem falar com ele.',
      steps:
        group === null
          ? ['Peça ao administrador desta máquina acesso ao socket.']
          : [
              `Execute: sudo usermod -aG ${group} "$USER"`,
              'Saia e entre de novo na sessão, ou reinicie a máquina, para que o novo grupo valha.',
            ],
    }),
    engineUnreachable: ({ tried, isWanted }) => ({
      title: 'Nenhum motor de contêineres responde.',
      evidence: tried.length === 0 ? 'Nenhum motor foi encontrado.' : tried.map(triedText).join(' '),
      explanation: isWanted
        ? 'A stack desta pasta deve rodar em contêineres.'
        : 'Os serviços do arquivo compose rodam como processos comuns, onde seus programas são conhecidos.',
      steps: ['Para usar contêineres, inicie o Docker Desktop, o Colima, o Podman ou o serviço Docker (sudo systemctl start docker).'],
    }),
    engineOld: ({ version, oldest }) => ({
      title: 'O motor de contêineres é antigo.',
      evidence: `É a versão ${version}.`,
      explanation: `A stack foi testada a partir da versão ${oldest}; motores mais antigos podem entender mal o que lhes é dito.`,
      steps: ['Atualize o Docker.'],
    }),
    memoryLow: ({ bytes, wanted, where }) => ({
      title: where === 'machine' ? 'Esta máquina tem pouca memória.' : 'O motor de contêineres tem pouca memória.',
      evidence: `${gigabytes(bytes)} de ${gigabytes(wanted)} recomendados.`,
      explanation: 'Só o Spark usa cerca de 2 GB. Quando a memória acaba, serviços são encerrados sem aviso próprio.',
      steps:
        where === 'machine'
          ? ['Feche outros programas, ou inicie só os serviços de que precisa.']
          : ['Dê mais memória ao motor: no Docker Desktop em Settings, Resources; com o Colima: colima start --memory 8.'],
    }),
    diskLow: ({ folder, free, wanted, what }) => ({
      title: `Resta pouco espaço em disco para ${diskUse[what]}.`,
      evidence: `${gigabytes(free)} livres em ${folder}; ${gigabytes(wanted)} recomendados.`,
      explanation: 'Imagens, ambientes e tabelas precisam de espaço. Com o disco cheio, tabelas se danificam e serviços param.',
      steps:
        what === 'engine'
          ? ['Remova o que não é usado: docker system prune', 'Ou dê ao motor um disco maior.']
          : ['Libere espaço neste disco.'],
    }),
    fileLimit: ({ limit, wanted }) => ({
      title: 'Programas podem abrir poucos arquivos aqui.',
      evidence: `O limite é ${limit}; ${wanted} são desejados.`,
      explanation: 'O Spark e o armazenamento abrem um arquivo para cada parte de uma tabela e um socket para cada requisição.',
      steps: ['Aumente o limite rígido de arquivos abertos (nofile em /etc/security/limits.conf, ou ulimit -Hn) e inicie de novo.'],
    }),
    portTaken: ({ port, service, holder, moves }) => ({
      title: `A porta ${port} está ocupada.`,
      evidence: `${service} precisa dela, e ${holderText(holder)}.`,
      explanation: moves
        ? 'O serviço usa outra porta ao iniciar; endereços que você anotou em outro lugar não levam a ele.'
        : 'O serviço não pode iniciar.',
      steps: [...freeing(holder), ...(moves ? [] : [`Ou dê a ${service} outra porta nesta máquina.`])],
    }),
    roleUnknown: ({ service, role }) => ({
      title: `${service} não é conhecido como ${role}.`,
      evidence: `Sua imagem e seu comando são os de ${role}, mas nem o nome nem um rótulo diz isso.`,
      explanation: `O DataFlow Lab se conecta a um serviço pelo seu papel. O rótulo dataflow.role: ${role} o diz.`,
    }),
    containerNameOnHost: ({ place, address, better }) => ({
      title: 'Um nome de contêiner é usado nesta máquina.',
      evidence: `${place} tem ${address}.`,
      explanation: 'Nomes de serviços só valem entre contêineres. Esta máquina os alcança pelas portas que eles publicam.',
      steps: [better === '' ? 'Publique a porta no arquivo compose e use-a com localhost.' : `Escreva ${better}.`],
    }),
    localhostInContainer: ({ service, variable, address, better }) => ({
      title: `${service} procura outro serviço dentro de si mesmo.`,
      evidence: `${variable} é ${address}.`,
      explanation: `Em um contêiner, localhost é o contêiner. De lá, o outro serviço é ${better}.`,
    }),
    clockSkew: ({ service, seconds }) => ({
      title: `O relógio de ${service} está errado, ou o desta máquina.`,
      evidence: `Eles diferem em ${duration(seconds)}; ${service} está ${seconds > 0 ? 'adiantado' : 'atrasado'}.`,
      explanation: 'O S3 recusa requisições assinadas a partir de 15 minutos, e as datas das versões de tabelas enganam.',
      steps: [
        'Acerte o relógio, ou deixe que seja acertado: timedatectl set-ntp true.',
        'Com uma máquina virtual (Docker Desktop, Colima, WSL), reinicie-a: seu relógio para enquanto o computador dorme.',
      ],
    }),
    imageGone: ({ service, image, better }) => ({
      title: `A imagem de ${service} não pode mais ser baixada.`,
      evidence: `${image} saiu do seu registro.`,
      explanation:
        better === ''
          ? 'Uma máquina que tem a imagem ainda a executa; qualquer outra falha.'
          : `${better} toma o seu lugar.${better.startsWith('quay.io/minio/') ? ' É a mesma imagem e mantém os dados, mas não recebe mais atualizações de segurança; o RustFS é mantido e precisa de uma cópia dos buckets.' : ''}`,
      steps: better === '' ? ['Troque a imagem por uma que seja mantida.'] : [],
    }),
    imageUnpinned: ({ images }) => ({
      title: 'Imagens podem ser outras amanhã.',
      evidence: `${imageList(images)}.`,
      explanation: 'Uma tag móvel é baixada de novo em outro dia ou máquina, e pode trazer outra versão.',
      steps: ['Indique uma versão, de preferência com o digest: imagem:tag@sha256:…'],
    }),
    imageAbsent: ({ images, registry, why }) => ({
      title: `Faltam imagens, e ${registry} não responde.`,
      evidence: `${imageList(images)}; ${registry}: ${why}.`,
      explanation: 'Seus serviços iniciam quando as imagens forem baixadas.',
      steps: [
        'Verifique a rede e o proxy do motor de contêineres.',
        'Ou execute os serviços como processos comuns: dataflow.stack.engine = local.',
      ],
    }),
    airbyteRetired: ({ services }) => ({
      title: 'O Airbyte não é mais um serviço de compose.',
      evidence: `Serviços com suas imagens: ${services.join(', ')}.`,
      explanation:
        'Desde 2024 a plataforma roda só em Kubernetes (abctl), e estas imagens nunca formaram uma que funcionasse. Conectores rodam sem ela. A alteração tira os serviços da stack e os deixa no arquivo.',
    }),
    versionsMismatch: ({ part, version, place, other, otherVersion, wanted, breaks }) => ({
      title: `${part} ${version} não combina com ${other} ${otherVersion}.`,
      evidence: `${place} tem ${version}.`,
      explanation: breaks ? 'Eles não funcionam juntos.' : 'O que um deles tem pode faltar no outro.',
      steps: [`Use ${part} ${anyOf(wanted, 'ou')}.`],
    }),
    connectMissing: ({ service, better }) => ({
      title: 'O Spark não tem servidor Connect.',
      evidence: `${service} existe, mas nenhum serviço publica a porta 15002.`,
      explanation: `Notebooks e SQL chegam ao Spark pelo Spark Connect. A alteração acrescenta um serviço ${better} que roda neste cluster. No primeiro início ele baixa jars.`,
    }),
    bucketsMissing: ({ buckets, endpoint }) => ({
      title: 'Faltam buckets.',
      evidence: `${endpoint} não tem ${anyOf(buckets, 'nem')}.`,
      explanation: 'As camadas do lago e os artefatos do MLflow são gravados neles.',
    }),
    mlflowHosts: ({ service, host, seen }) => ({
      title: 'O MLflow recusa chamadas de outros serviços.',
      evidence: seen === 'answer' ? `${service} respondeu 403 ao nome ${host}.` : `Os nomes permitidos não incluem ${host}.`,
      explanation: 'A partir da versão 3.5 o servidor só responde aos nomes que lhe foram ditos.',
      steps: [`Acrescente ${host} a --allowed-hosts (ou MLFLOW_SERVER_ALLOWED_HOSTS) de ${service}.`],
    }),
    mlflowFileStore: ({ service, store, isRefused }) => ({
      title: isRefused ? 'O MLflow não inicia com uma pasta como armazenamento.' : 'O MLflow guarda execuções em uma pasta.',
      evidence: `O armazenamento de ${service} é ${store}.`,
      explanation: 'A partir da versão 3.13 uma pasta é recusada. Um banco de dados toma o seu lugar.',
      steps: [
        'Mova as execuções: mlflow migrate-filestore --source PASTA --target sqlite:///mlflow.db',
        'Depois inicie o servidor com --backend-store-uri sqlite:////caminho/mlflow.db.',
      ],
    }),
    mlflowNoEndpoint: ({ service, root }) => ({
      title: 'O MLflow procura seus artefatos na AWS.',
      evidence: `${service} grava em ${root}, e MLFLOW_S3_ENDPOINT_URL não está definida.`,
      explanation: 'Sem ela o bucket é procurado na Amazon, e não no armazenamento desta stack.',
    }),
    mlflowNotProxied: ({ service, root }) => ({
      title: 'Clientes do MLflow precisam alcançar o armazenamento sozinhos.',
      evidence: `${service} tem --default-artifact-root ${root}.`,
      explanation:
        'Cada cliente precisa então de chaves e endereço próprios. Com --artifacts-destination o servidor repassa os artefatos. Execuções que já existem ficam onde estão.',
    }),
    initMissing: ({ service }) => ({
      title: `${service} deixa processos para trás.`,
      evidence: 'Ele roda sem init.',
      explanation: 'O MLflow inicia processos que ninguém encerra quando ele termina; init cuida deles e torna a parada rápida.',
    }),
    prefectApiUrl: ({ place, value, trouble, better }) => ({
      title: 'Flows não encontram o Prefect.',
      evidence: value === null || value === '' ? `${place} não está definida.` : `${place} é ${value}.`,
      explanation: {
        missing: 'Sem um endereço cada programa inicia um servidor próprio, e suas execuções não são vistas.',
        wildcard: '0.0.0.0 é onde um servidor escuta, não um endereço para chamar.',
        noApi: 'O endereço do servidor termina em /api.',
      }[trouble],
      steps: [`Use ${better}.`],
    }),
    proxyCatchesLocal: ({ variable, missing }) => ({
      title: 'O proxy também recebe o que é para esta máquina.',
      evidence: `${variable} está definida, e faltam em NO_PROXY: ${missing.join(', ')}.`,
      explanation: 'Programas então pedem ao proxy os serviços da stack, que ele não alcança.',
      steps: [`Acrescente ${missing.join(',')} a NO_PROXY.`],
    }),
    caFileMissing: ({ variable, file }) => ({
      title: 'Falta um arquivo de certificados.',
      evidence: `${variable} indica ${file}.`,
      explanation: 'Programas que contam com ele não podem verificar de onde baixam.',
      steps: [`Corrija ${variable}, ou ponha o arquivo lá.`],
    }),
    caUnknownToJava: ({ file, subjects }) => ({
      title: 'O Java não confia em um certificado em que outros programas confiam.',
      evidence: `${file} contém ${subjects.join('; ')}.`,
      explanation: 'Atrás de um proxy que abre TLS, os jars do Spark não podem ser baixados.',
      steps: [`Defina NODE_EXTRA_CA_CERTS como ${file}, ou como um arquivo com todos os certificados; o Java recebe o mesmo.`],
    }),
    weakPassword: ({ variables }) => ({
      title: 'As senhas são as de sempre.',
      evidence: `Conhecidas de todos: ${variables.map(({ service, variable, line }) => `${service}: ${variable} (linha ${line})`).join(', ')}.`,
      explanation:
        'A alteração as tira de .env, onde cada uma recebe um valor aleatório. Programas que anotaram as antigas precisam das novas. Deixe .env fora do controle de versão.',
    }),
    publishedToAll: ({ ports }) => ({
      title: 'Todos na sua rede alcançam os serviços.',
      evidence: `Publicados em todos os endereços: ${ports.map(({ service, port }) => `${service} ${port}`).join(', ')}.`,
      explanation: 'Estes serviços confiam em quem os alcança. Em 127.0.0.1 só esta máquina os alcança.',
    }),
    healthMissing: ({ service, dependants, isRequired }) => ({
      title: `Ninguém sabe quando ${service} está pronto.`,
      evidence: `${dependants.join(', ')} ${dependants.length === 1 ? 'depende' : 'dependem'} dele${isRequired ? ' saudável' : ''}, e ele não tem verificação de saúde.`,
      explanation: isRequired
        ? 'A não ser que a imagem traga uma verificação, eles nunca iniciam.'
        : 'Eles iniciam quando o contêiner inicia, o que é cedo demais.',
      steps: [`Dê a ${service} um healthcheck.`],
    }),
    startInterval: ({ service, version }) => ({
      title: `${service} tem uma verificação de saúde que motores antigos recusam.`,
      evidence: `Ela usa start_interval${version === '' ? '' : `; este motor é ${version}`}.`,
      explanation: 'Motores anteriores ao 25 recusam o arquivo. Um intervalo curto com mais tentativas faz o mesmo.',
    }),
    composeInvalid: ({ file, line, message }) => ({
      title: message,
      evidence: `${file}, linha ${line}.`,
      explanation: 'A stack executa uma parte declarada do formato compose, e não omite nada em silêncio.',
      steps: ['Altere a linha, ou execute o arquivo com o próprio docker compose.'],
    }),
    pythonMissing: ({ message, hint }) => ({
      title: 'Os serviços não podem ser instalados.',
      evidence: message,
      explanation: 'Spark, MLflow, Prefect e Streamlit são programas em Python.',
      steps: [hint],
    }),
    xattrMissing: ({ folder, fileSystem }) => ({
      title: 'A pasta de dados não guarda atributos de arquivos.',
      evidence: `${folder} está em ${fileSystem}, que recusa atributos estendidos.`,
      explanation: 'O armazenamento guarda neles os tipos e as somas dos objetos.',
      steps: ['Defina DATAFLOW_HOME como uma pasta em outro sistema de arquivos (ext4, xfs, btrfs, APFS).'],
    }),
    programMissing: ({ service, why }) => ({
      title: `${service} fica de fora.`,
      evidence: why,
      explanation: 'Todos os outros serviços rodam sem ele.',
    }),
    serviceBroken: ({ service, why, isRunning }) => ({
      title: isRunning ? `${service} roda, mas não responde.` : `${service} não está em execução.`,
      evidence: why ?? (isRunning ? 'Não respondeu a tempo.' : 'Seu processo terminou.'),
      explanation: 'Um início mantém o que roda e repara o resto.',
    }),
    staleLock: ({ file }) => ({
      title: 'Uma mudança da stack foi interrompida.',
      evidence: `${file} indica um processo que terminou.`,
      explanation: 'Não é preciso fazer nada: a próxima mudança assume.',
    }),
    leftovers: ({ folders, bytes }) => ({
      title: 'Downloads antigos ocupam espaço.',
      evidence: `${gigabytes(bytes)} em ${folders.length} ${folders.length === 1 ? 'pasta' : 'pastas'} que esta versão não usa: ${folders.join(', ')}.`,
      explanation:
        'Ambientes e jars de versões anteriores ficam no cache. Uma versão mais antiga do DataFlow Lab que precise deles os baixa de novo.',
    }),
  },
  commands: { createBuckets: 'Criar os buckets', startStack: 'Iniciar a stack', removeLeftovers: 'Removê-los' },
  parts: {
    services: 'Serviços',
    file: 'Arquivo compose',
    engine: 'Motor de contêineres',
    machine: 'Memória e limites',
    disks: 'Discos',
    network: 'Proxies e certificados',
    local: 'Python e pasta de dados',
    leftovers: 'Downloads antigos',
    workspace: 'Configurações e código',
    ports: 'Portas',
    servers: 'Relógios e versões dos servidores',
    buckets: 'Buckets',
    images: 'Imagens',
  },
  edit: 'Mostrar a alteração…',
  place: (file, line) => `${file}, linha ${line}`,
  set: (key, value) => `Definir ${key} como ${value}`,
}

const diskUse: Readonly<Record<DiskUse, string>> = { data: 'o lago', cache: 'downloads', engine: 'o motor de contêineres' }

function gigabytes(bytes: number): string {
  const digits = bytes < 10 * 1024 ** 3 ? 1 : 0
  return `${(bytes / 1024 ** 3).toLocaleString('pt-BR', { maximumFractionDigits: digits })} GB`
}

function imageList(images: FindingFacts['imageUnpinned']['images']): string {
  return images.map(({ service, image }) => `${service}: ${image}`).join('; ')
}

function duration(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 120) return `${size} segundos`
  return size < 7200 ? `${Math.round(size / 60)} minutos` : `${Math.round(size / 3600)} horas`
}

function holderText(holder: PortHolder): string {
  switch (holder.kind) {
    case 'process':
      return `${holder.name} (processo ${holder.pid}) a ocupa`
    case 'container':
      return `o contêiner ${holder.name}${holder.project === null ? '' : ` do projeto ${holder.project}`} a ocupa`
    case 'stack':
      return `${holder.service} da stack de ${holder.folder} a ocupa`
    case 'unknown':
      return 'outro programa a ocupa'
    default:
      return unreachable(holder)
  }
}

function freeing(holder: PortHolder): readonly string[] {
  switch (holder.kind) {
    case 'process':
      return [`Encerre ${holder.name} (processo ${holder.pid}) se não precisar dele.`]
    case 'container':
      return [`Pare-o se não precisar dele: docker stop ${holder.name}`]
    case 'stack':
      return [`Pare essa stack: dataflow stack down --project ${JSON.stringify(holder.folder)}`]
    case 'unknown':
      return []
    default:
      return unreachable(holder)
  }
}
