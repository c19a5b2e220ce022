"""`newsarchive extract`: inputs to documents, documents to articles, articles to what is printed."""
