/** The one way to Rust. Everything that fails rejects with a Problem. */
import { Channel } from '@tauri-apps/api/core';
import * as bindings from './bindings';
import type {
  AnswerStart,
  Begun,
  ChatForm,
  Document,
  DownloadState,
  EngineStatus,
  GenerationEvent,
  GenerationRequest,
  LoadProgress,
  Place,
  Problem,
  Saving,
} from './bindings';

export {
  acceptLicence,
  account,
  addPreset,
  archiveSession,
  branches,
  cancelDownload,
  cancelLoad,
  changePreset,
  changeSettings,
  chatPrompt,
  checkAccount,
  checkUpdate,
  chooseLicenceCopy,
  chooseText,
  countTokens,
  createFolder,
  deleteBranch,
  deleteFolder,
  deleteModel,
  deletePreset,
  deleteSession,
  document,
  duplicateSession,
  editDocument,
  editTurn,
  emptyTrash,
  exportPresets,
  exportRun,
  exportSession,
  folders,
  forgetToken,
  gpus,
  importPresets,
  importSession,
  keepSettings,
  keepToken,
  licenceChoices,
  licences,
  listModels,
  listSessions,
  hindsight,
  look,
  lookAgain,
  lookAt,
  moveFolder,
  moveSession,
  newSession,
  openAsCompletion,
  openBuiltinModel,
  openKnownModel,
  openLicenceText,
  openLink,
  openModel,
  openModelPage,
  openRefusedModel,
  openSession,
  openTokenPage,
  orderPresets,
  pauseDownload,
  pinSession,
  presets,
  redo,
  renameFolder,
  renameSession,
  replayRun,
  restoreSession,
  revealModel,
  runRecord,
  say,
  searchSessions,
  sessionSummary,
  settings,
  startDownload,
  stop,
  stopCheck,
  surprise,
  switchBranch,
  tags,
  tokens,
  tagSession,
  tokensOf,
  trashSession,
  undo,
  useDevice,
  withdrawLicence,
} from './bindings';

export function watchEngine(onStatus: (status: EngineStatus) => void): Promise<null> {
  return bindings.watchEngine(channel(onStatus));
}

export function watchSaving(onChange: (saving: Saving) => void): Promise<null> {
  return bindings.watchSaving(channel(onChange));
}

export function generate(
  session: string,
  place: Place,
  request: GenerationRequest,
  onBegun: (begun: Begun) => void,
  onEvents: (events: GenerationEvent[]) => void,
): Promise<Document> {
  return bindings.generate(session, place, request, channel(onBegun), channel(onEvents));
}

export function answer(
  session: string,
  start: AnswerStart,
  form: ChatForm,
  request: GenerationRequest,
  onBegun: (begun: Begun) => void,
  onEvents: (events: GenerationEvent[]) => void,
): Promise<Document> {
  const channels = [channel(onBegun), channel(onEvents)] as const;
  return bindings.answer(session, start, form, request, ...channels);
}

export function checkModel(
  name: string,
  onProgress: (progress: LoadProgress) => void,
): Promise<null> {
  return bindings.checkModel(name, channel(onProgress));
}

export function watchDownloads(onChange: (downloads: DownloadState[]) => void): Promise<null> {
  return bindings.watchDownloads(channel(onChange));
}

function channel<T>(listen: (message: T) => void): Channel<T> {
  const channel = new Channel<T>();
  channel.onmessage = listen;
  return channel;
}

/** What a rejected call says; anything unexpected becomes a Problem too. */
export function asProblem(error: unknown): Problem {
  if (typeof error === 'object' && error !== null && 'kind' in error && 'message' in error) {
    return error as Problem;
  }
  return { kind: 'window', message: String(error), hint: null };
}
