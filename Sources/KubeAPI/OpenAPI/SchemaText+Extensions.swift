extension SchemaText {
    /// What extends and steers the API itself.
    static let extensions = """
        @apiextensions v1 apiextensions.k8s.io
        CustomResourceDefinition*: A kind of object that the cluster did not know before.
          spec! CustomResourceDefinitionSpec: What is wanted.
          status CustomResourceDefinitionStatus: What is so.
        CustomResourceDefinitionSpec: What a kind is.
          conversion CustomResourceConversion: How versions are turned into each other.
          group! str: The group.
          names! CustomResourceDefinitionNames: The names.
          preserveUnknownFields bool: No longer recommended.
          scope! str: Cluster or Namespaced.
          versions! [CustomResourceDefinitionVersion]: The versions.
        CustomResourceConversion: How versions are turned into each other.
          strategy! str: None or Webhook.
          webhook any: Whom to ask.
        CustomResourceDefinitionNames: The names of a kind.
          categories [str]: Groups of kinds it belongs to.
          kind! str: The kind.
          listKind str: The kind of a list.
          plural! str: The plural, as it stands in paths.
          shortNames [str]: What people write for it.
          singular str: The singular.
        CustomResourceDefinitionVersion: A version of a kind.
          additionalPrinterColumns [CustomResourceColumnDefinition]: The columns of its table.
          deprecated bool: Whether it should no longer be used.
          deprecationWarning str: What to say to who uses it.
          name! str: The version.
          schema CustomResourceValidation: How objects look.
          selectableFields [any]: Fields that field selectors know.
          served! bool: Whether it is served.
          storage! bool: Whether objects are stored in it.
          subresources CustomResourceSubresources: What stands behind an object's name.
        CustomResourceColumnDefinition: A column of a table.
          description str: What it shows.
          format str: How the value is meant.
          jsonPath! str: Where the value stands.
          name! str: The heading.
          priority int: 0 for a column that always stands.
          type! str: The type of the value.
        CustomResourceValidation: How objects look.
          openAPIV3Schema any: The schema.
        CustomResourceSubresources: What stands behind an object's name.
          scale any: The number of replicas.
          status any: The status.
        CustomResourceDefinitionStatus: What is so.
          acceptedNames CustomResourceDefinitionNames: The names in force.
          conditions [CustomResourceDefinitionCondition]: Aspects of its state.
          storedVersions [str]: Versions in which objects were ever stored.
        CustomResourceDefinitionCondition: One aspect of its state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        @apiregistration v1 apiregistration.k8s.io
        APIService*: A group and version that another server serves.
          spec APIServiceSpec: What is wanted.
          status APIServiceStatus: What is so.
        APIServiceSpec: Who serves a group and version.
          caBundle bytes: The certificates that the server is checked against.
          group str: The group.
          groupPriorityMinimum! int: How early the group is looked at.
          insecureSkipTLSVerify bool: Whether the server is not checked.
          service ServiceReference: The server.
          version str: The version.
          versionPriority! int: How early the version is looked at.
        ServiceReference: A service.
          name str: Its name.
          namespace str: Its namespace.
          port int: Its port.
        APIServiceStatus: What is so.
          conditions [APIServiceCondition] @type: Aspects of its state.
        APIServiceCondition: One aspect of its state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Available.
        @admissionregistration v1 admissionregistration.k8s.io
        MutatingWebhookConfiguration*: Whom to ask to change requests.
          webhooks [MutatingWebhook] @name: Whom.
        ValidatingWebhookConfiguration*: Whom to ask whether requests are allowed.
          webhooks [ValidatingWebhook] @name: Whom.
        ValidatingWebhook: Somebody to ask about requests.
          admissionReviewVersions! [str]: The versions it understands.
          clientConfig! WebhookClientConfig: Where it is.
          failurePolicy str: Ignore or Fail.
          matchConditions [MatchCondition] @name: Which requests, by expressions.
          matchPolicy str: Exact or Equivalent.
          name! str: Its name.
          namespaceSelector meta.LabelSelector: Which namespaces.
          objectSelector meta.LabelSelector: Which objects.
          rules [RuleWithOperations]: Which requests.
          sideEffects! str: None or NoneOnDryRun.
          timeoutSeconds int: How long it may take.
        MutatingWebhook +ValidatingWebhook: Somebody to ask to change requests.
          reinvocationPolicy str: Never or IfNeeded.
        WebhookClientConfig: Where somebody is asked.
          caBundle bytes: The certificates that it is checked against.
          service ServiceReference: A service.
          url str: An address.
        ServiceReference: A service.
          name! str: Its name.
          namespace! str: Its namespace.
          path str: The path.
          port int: Its port.
        MatchCondition: A condition on requests.
          expression! str: The expression.
          name! str: Its name.
        RuleWithOperations: Requests.
          apiGroups [str]: The groups.
          apiVersions [str]: The versions.
          operations [str]: CREATE, UPDATE, DELETE, CONNECT.
          resources [str]: The resources.
          scope str: Cluster, Namespaced or *.
        ValidatingAdmissionPolicy*: Expressions that say whether requests are allowed.
          spec ValidatingAdmissionPolicySpec: What is wanted.
          status any: What is so.
        ValidatingAdmissionPolicySpec: What is wanted of a policy.
          auditAnnotations [any]: What the audit log says.
          failurePolicy str: Ignore or Fail.
          matchConditions [MatchCondition] @name: Which requests, by expressions.
          matchConstraints any: Which requests.
          paramKind any: The kind of its parameters.
          validations [any]: The expressions.
          variables [any] @name: Values that expressions use.
        ValidatingAdmissionPolicyBinding*: Where a policy holds.
          spec ValidatingAdmissionPolicyBindingSpec: What is wanted.
        ValidatingAdmissionPolicyBindingSpec: Where a policy holds.
          matchResources any: Which requests.
          paramRef any: Its parameters.
          policyName str: The policy.
          validationActions [str]: Deny, Warn, Audit.
        @flowcontrol v1 flowcontrol.apiserver.k8s.io
        FlowSchema*: Which requests share a queue.
          spec FlowSchemaSpec: What is wanted.
          status any: What is so.
        FlowSchemaSpec: Which requests share a queue.
          distinguisherMethod any: How they are told apart.
          matchingPrecedence int: How early it is looked at.
          priorityLevelConfiguration! any: The level.
          rules [any]: The requests.
        PriorityLevelConfiguration*: How many requests of a level are served at once.
          spec PriorityLevelConfigurationSpec: What is wanted.
          status any: What is so.
        PriorityLevelConfigurationSpec: How many requests of a level are served at once.
          exempt any: For type Exempt.
          limited any: For type Limited.
          type! str: Exempt or Limited.
        """
}
