internal import Beehive
internal import Logging
internal import MetaStore

extension Settings {
    /// Which values are sealed, and where the key is kept.
    func sealing(environment: [String: String]) -> Sealing {
        let source: KeySource =
            meta.credential.map { .credential(name: $0, folder: environment["CREDENTIALS_DIRECTORY"]) }
            ?? .file(meta.keyFile)
        return Sealing(types: meta.sealedTypes.map { ResourceType($0) }, key: source)
    }
}

extension Daemon {
    /// What a person who starts it wants to know of the secrets.
    func describe(_ sealing: Sealing, _ settings: Settings) -> [String] {
        var lines: [String] = []
        let kept = settings.meta.credential.map { "the credential '\($0)'" } ?? settings.meta.keyFile
        switch sealing.status {
        case .on:
            let types = settings.meta.sealedTypes.joined(separator: ", ")
            lines.append("values of \(types) are sealed; the key is \(kept): keep a copy of it in another place")
        case .off: lines.append("no values are sealed (meta.encryption.types is empty)")
        case .locked: break
        }
        if let problem = sealing.problem { lines.append("sealing: \(problem)") }
        let copy = settings.meta.databasePath + ".kubeedge"
        if sealing.status == .on, Folders.exists(copy) {
            lines.append("\(copy) holds the secrets of KubeEdge in plain: remove it once the move is settled")
        }
        return lines
    }
}
