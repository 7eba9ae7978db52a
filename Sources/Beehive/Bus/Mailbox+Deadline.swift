extension Mailbox {
    /// Waits until something is there, or a time has passed; for one reader.
    ///
    /// - Parameter limit: how long to wait; nil for without end.
    /// - Returns: none when the time passed, or the task was cancelled.
    package func next(within limit: Duration?) async -> [Message] {
        await withTaskGroup(of: [Message].self) { group in
            // The mailbox and the clock race; the group owns both, and waits for the one that lost.
            group.addTask { await self.next() }
            if let limit {
                group.addTask {
                    // Cancelled when a message came first.
                    try? await Task.sleep(for: limit)
                    return []
                }
            }
            var all = await group.next() ?? []
            group.cancelAll()
            // The reader may have taken something while it was told to stop.
            for await rest in group { all += rest }
            return all
        }
    }
}
