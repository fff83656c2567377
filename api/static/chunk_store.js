// Recorded chunks in the browser until the server has them: IndexedDB, or the page's memory where there is none.
// recordings: {key, invitation, …}; chunks: {key, start, data}, `start` being the byte they begin at.

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function whole(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

class ChunkStore {
  static async open() {
    const request = indexedDB.open("interview-recordings", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("recordings", { keyPath: "key" });
      request.result.createObjectStore("chunks", { keyPath: ["key", "start"] });
    };
    return new ChunkStore(await promised(request));
  }

  constructor(database) {
    this.database = database;
    this.lasting = true;
  }

  async recordings(invitation) {
    const all = await promised(this.database.transaction("recordings").objectStore("recordings").getAll());
    return all.filter((recording) => recording.invitation === invitation);
  }

  async save(recording) {
    const transaction = this.database.transaction("recordings", "readwrite");
    transaction.objectStore("recordings").put(recording);
    await whole(transaction);
  }

  // The chunk and the recording's new size are written together: after a crash both are there, or neither.
  async append(recording, start, data) {
    const transaction = this.database.transaction(["recordings", "chunks"], "readwrite");
    transaction.objectStore("chunks").put({ key: recording.key, start, data });
    transaction.objectStore("recordings").put(recording);
    await whole(transaction);
  }

  chunks(key) {
    const range = IDBKeyRange.bound([key, 0], [key, Number.MAX_SAFE_INTEGER]);
    return promised(this.database.transaction("chunks").objectStore("chunks").getAll(range));
  }

  async drop(key, before) {
    const transaction = this.database.transaction("chunks", "readwrite");
    const chunks = transaction.objectStore("chunks");
    for (const chunk of await promised(chunks.getAll(IDBKeyRange.bound([key, 0], [key, before])))) {
      if (chunk.start + chunk.data.byteLength <= before) chunks.delete([key, chunk.start]);
    }
    await whole(transaction);
  }

  async remove(key) {
    const transaction = this.database.transaction(["recordings", "chunks"], "readwrite");
    transaction.objectStore("recordings").delete(key);
    transaction.objectStore("chunks").delete(IDBKeyRange.bound([key, 0], [key, Number.MAX_SAFE_INTEGER]));
    await whole(transaction);
  }
}

// Some private windows have no IndexedDB: then chunks live as long as the page, and the page says so.
class PageStore {
  constructor() {
    this.lasting = false;
    this.kept = new Map();
    this.pieces = new Map();
  }
  async recordings(invitation) { return [...this.kept.values()].filter((one) => one.invitation === invitation); }
  async save(recording) { this.kept.set(recording.key, recording); }
  async append(recording, start, data) {
    this.kept.set(recording.key, recording);
    this.pieces.set(recording.key, [...(this.pieces.get(recording.key) || []), { key: recording.key, start, data }]);
  }
  async chunks(key) { return this.pieces.get(key) || []; }
  async drop(key, before) {
    const left = (this.pieces.get(key) || []).filter((chunk) => chunk.start + chunk.data.byteLength > before);
    this.pieces.set(key, left);
  }
  async remove(key) { this.kept.delete(key); this.pieces.delete(key); }
}

export async function openStore() {
  try {
    const store = await ChunkStore.open();
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => false);
    return store;
  } catch {
    return new PageStore();
  }
}
