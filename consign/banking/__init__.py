"""The office's bank accounts: statements of any bank read, proven and posted."""
