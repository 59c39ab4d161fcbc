extension SchemaNotation {
    /// What all kinds share, custom definitions and metrics.
    static let meta = #"""
        @ io.k8s.apimachinery.pkg.apis.meta.v1
        ObjectMeta: name#1 string; generateName#2 string; namespace#3 string; selfLink#4 string; uid#5 string;
            resourceVersion#6 string; generation#7 int64; creationTimestamp#8 time; deletionTimestamp#9 time?;
            deletionGracePeriodSeconds#10 int64?; labels#11 {string}; annotations#12 {string};
            ownerReferences#13 [OwnerReference] key=uid patch=merge merge=uid; finalizers#14 [string] set patch=merge;
            managedFields#17 [ManagedFieldsEntry]?
        OwnerReference atomic: apiVersion#5 string*; kind#1 string*; name#3 string*; uid#4 string*;
            controller#6 bool?; blockOwnerDeletion#7 bool?
        ManagedFieldsEntry: manager#1 string; operation#2 string; apiVersion#3 string; time#4 time;
            fieldsType#6 string; fieldsV1#7 any; subresource#8 string
        LabelSelector atomic: matchLabels#1 {string}; matchExpressions#2 [LabelSelectorRequirement]
        LabelSelectorRequirement: key#1 string*; operator#2 string*; values#3 [string]
        Condition: type#1 string*; status#2 string*; observedGeneration#3 int64; lastTransitionTime#4 time!*;
            reason#5 string!*; message#6 string!*
        DeleteOptions: gracePeriodSeconds#1 int64?; preconditions#2 Preconditions; orphanDependents#3 bool?;
            propagationPolicy#4 string?; dryRun#5 [string]; ignoreStoreReadErrorWithClusterBreakingPotential#6 bool?
        Preconditions: uid#1 string?; resourceVersion#2 string?
        FieldSelectorRequirement: key#1 string*; operator#2 string*; values#3 [string]
        @ io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
        CustomResourceDefinition: metadata#1 ObjectMeta!; spec#2 CustomResourceDefinitionSpec!*;
            status#3 CustomResourceDefinitionStatus!
        CustomResourceDefinitionSpec: group#1 string!*; names#3 CustomResourceDefinitionNames!*; scope#4 string!*;
            versions#7 [CustomResourceDefinitionVersion]*; conversion#9 CustomResourceConversion;
            preserveUnknownFields#10 bool
        CustomResourceDefinitionNames: plural#1 string!*; singular#2 string; shortNames#3 [string]; kind#4 string!*;
            listKind#5 string; categories#6 [string]
        CustomResourceDefinitionVersion: name#1 string*; served#2 bool!*; storage#3 bool!*;
            schema#4 CustomResourceValidation; subresources#5 CustomResourceSubresources;
            additionalPrinterColumns#6 [CustomResourceColumnDefinition]; deprecated#7 bool;
            deprecationWarning#8 string?; selectableFields#9 [SelectableField]
        CustomResourceValidation: openAPIV3Schema#1 any
        CustomResourceSubresources: status#1 CustomResourceSubresourceStatus; scale#2 CustomResourceSubresourceScale
        CustomResourceSubresourceStatus: reserved#99 any
        CustomResourceSubresourceScale: specReplicasPath#1 string*; statusReplicasPath#2 string*;
            labelSelectorPath#3 string?
        CustomResourceColumnDefinition: name#1 string*; type#2 string*; format#3 string; description#4 string;
            priority#5 int32; jsonPath#6 string*
        SelectableField: jsonPath#1 string*
        CustomResourceConversion: strategy#1 string*; webhook#2 WebhookConversion
        WebhookConversion: clientConfig#2 any; conversionReviewVersions#3 [string]*
        CustomResourceDefinitionStatus: conditions#1 [CustomResourceDefinitionCondition]! key=type;
            acceptedNames#2 CustomResourceDefinitionNames!; storedVersions#3 [string]!; observedGeneration#4 int64
        CustomResourceDefinitionCondition: type#1 string*; status#2 string*; lastTransitionTime#3 time;
            reason#4 string; message#5 string; observedGeneration#6 int64
        @ io.k8s.metrics.pkg.apis.metrics.v1beta1
        PodMetrics: metadata#1 ObjectMeta!; timestamp#2 time*; window#3 string*;
            containers#4 [ContainerMetrics]* key=name
        ContainerMetrics: name#1 string*; usage#2 {quantity}*
        NodeMetrics: metadata#1 ObjectMeta!; timestamp#2 time*; window#3 string*; usage#4 {quantity}*
        """#
}
