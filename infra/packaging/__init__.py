"""From the application and `infra/template.yaml` to two stacks that deploy.

`resources` reads the template for tests and tools, `wiring` reads the Chalice
application, `permissions` says what each function may touch, `config` and
`merge` turn both into what `chalice package` wants, `package` runs it and
`deploy` carries the result to CloudFormation.
"""
