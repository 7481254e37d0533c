package main

import (
	"github.com/hashicorp/hcl/v2"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const tool = "pulumi"

// A generator is what Pulumi has for one language, with the arguments of its own host.
type generator struct {
	program func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)
	project func(string, workspace.Project, *pcl.Program, map[string]string) error
	sdk     func(
		*schema.Package, *pulumirpc.GeneratePackageRequest, schema.ReferenceLoader,
	) (map[string][]byte, error)
}

var generators = map[string]generator{
	"go": {
		program: golang.GenerateProgram,
		project: golang.GenerateProject,
		sdk: func(
			bound *schema.Package, request *pulumirpc.GeneratePackageRequest, _ schema.ReferenceLoader,
		) (map[string][]byte, error) {
			return golang.GeneratePackage(tool, bound, request.LocalDependencies)
		},
	},
	"nodejs": {
		program: nodejs.GenerateProgram,
		project: func(
			folder string, project workspace.Project, program *pcl.Program, local map[string]string,
		) error {
			return nodejs.GenerateProject(folder, project, program, local, false, "nodejs")
		},
		sdk: func(
			bound *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
		) (map[string][]byte, error) {
			return nodejs.GeneratePackage(tool, bound, request.ExtraFiles, request.LocalDependencies,
				request.Local, loader)
		},
	},
	"python": {
		program: python.GenerateProgram,
		project: func(
			folder string, project workspace.Project, program *pcl.Program, local map[string]string,
		) error {
			return python.GenerateProject(folder, project, program, local, "", "pip")
		},
		sdk: func(
			bound *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
		) (map[string][]byte, error) {
			return python.GeneratePackage(tool, bound, request.ExtraFiles, loader)
		},
	},
}
