/// Pages that removed rows left behind: used again by what comes next, and given back to the disk when they are many.
extension MetaStore {
    /// From how many bytes on free pages are given back, if they are an eighth of the file besides.
    static var freeLimit: Int64 { 4 << 20 }

    /// How many pages a step gives back: with 4 KiB pages a mebibyte.
    private static var pagesPerStep: Int64 { 256 }

    /// Gives some free pages back, if there are many.
    ///
    /// Only a file with `auto_vacuum = INCREMENTAL` can: those that this program made. One that was taken over from
    /// KubeEdge keeps its free pages for what comes next, until `store compact` rewrites it.
    ///
    /// - Returns: true when there are many more.
    /// - Throws: `StoreError` that names the file and the cure.
    func giveBackPages() throws(StoreError) -> Bool {
        guard try areManyPagesFree(), try connection.integer("PRAGMA auto_vacuum") == 2 else { return false }
        try connection.execute("PRAGMA incremental_vacuum(\(Self.pagesPerStep))")
        return try areManyPagesFree()
    }

    private func areManyPagesFree() throws(StoreError) -> Bool {
        let free = try freePages()
        guard free * (try pageSize()) > Self.freeLimit else { return false }
        return free > (try connection.integer("PRAGMA page_count") ?? 0) / 8
    }

    func freePages() throws(StoreError) -> Int64 { try connection.integer("PRAGMA freelist_count") ?? 0 }

    func pageSize() throws(StoreError) -> Int64 { try connection.integer("PRAGMA page_size") ?? 4096 }
}
