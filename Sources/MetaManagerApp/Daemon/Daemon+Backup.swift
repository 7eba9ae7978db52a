internal import MetaManager
internal import MetaStore
internal import ServiceLifecycle

extension Settings {
    /// When and where backups are taken.
    var backup: BackupSettings { BackupSettings(every: meta.backupEvery, folder: meta.backupPath) }
}

/// Runs the thread of the backups; at shutdown the one being written is given up.
struct BackupService: NamedService {
    let keeper: BackupKeeper
    let thread: LoopThread

    func run() async throws {
        thread.start { keeper.run() }
        await withTaskCancellationOrGracefulShutdownHandler {
            await thread.join()
        } onCancelOrGracefulShutdown: {
            keeper.stop()
        }
    }
}
