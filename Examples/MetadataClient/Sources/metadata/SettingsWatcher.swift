import MetaClient
import ServiceLifecycle

/// Prints what happens to the config maps of the site.
struct SettingsWatcher: Service {
    let client: MetaClient

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            // Goes on through restarts of the daemon; ends when the task is cancelled.
            for try await event in client.configMaps.watch(in: "site") {
                switch event {
                case .added(let map): say("+ \(map.name) \(map.data["retention"] ?? "")")
                case .modified(let map): say("~ \(map.name) \(map.data["retention"] ?? "")")
                case .deleted(let name, _): say("- \(name.name)")
                case .synced: say("watching")
                }
            }
        }
    }
}
