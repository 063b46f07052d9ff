"""The rules of attribution: pure functions over frozen dataclasses, specified in docs/explain/attribution.md.

`credit.credit` shares one conversion among touchpoints by a model of `models.MODELS`;
`bindings` ties customers to partners; `customers` tells new from returning; `reasons` lists why not.
"""
