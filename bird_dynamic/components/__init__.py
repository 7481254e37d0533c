"""Components: several resources that a program declares as one."""
