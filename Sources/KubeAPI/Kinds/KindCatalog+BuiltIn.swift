extension KindCatalog {
    /// The kinds that are served before anything custom is known: Kubernetes' own as of 1.32, and KubeEdge's.
    public static let builtIn = KindCatalog.assembled()
}
