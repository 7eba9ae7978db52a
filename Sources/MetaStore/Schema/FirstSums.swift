internal import Beehive

/// The sums of rows that were written without one: by an older release, or by KubeEdge.
struct FirstSums {
    let connection: Connection

    /// Gives each plain row its sum; to be called in the transaction that brings them in.
    func fill() throws(StoreError) {
        let rows = try connection.prepare(
            "SELECT id, key, uid, version, revision, value FROM object WHERE sum = 0 AND sealed = 0")
        let write = try connection.prepare("UPDATE object SET sum = ?2 WHERE id = ?1")
        while try rows.step() {
            write.bind(1, rows.integer(0))
            write.bind(
                2,
                CheckSum.object(
                    key: rows.text(1), uid: rows.text(2), version: rows.text(3), revision: rows.integer(4),
                    value: rows.bytes(5)))
            try write.run()
        }
    }
}
